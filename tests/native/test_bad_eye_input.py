"""What the models of the eye refuse: bad shapes, types and ranges raise, and nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from foveate import native

REFUSED = (ValueError, TypeError)
BITS = [5.0] * 256
TABLE = [1.0] * 64


def blocks(dtype: type = np.int16) -> np.ndarray:
    return np.ones((2, 3, 64), dtype)


def good_calls() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every function with arguments that it takes."""
    plane = np.ones((2, 3), np.float32)
    coded = {"coefficients": blocks(), "steps": [8.0] * 64, "levels": np.zeros_like(blocks())}
    error = {
        **coded,
        "hidden": plane,
        "reach": TABLE,
        "sensitivity": TABLE,
        "used": (2, 3),
        "field": plane,
    }
    mix = {"anchor": plane, "table": TABLE, "unit": 1.0, "share": 0.5}
    pixels = np.zeros((16, 24, 3), np.uint8)
    kept = native.seen_planes(pixels, np.ones((2, 3, 6), np.float32))
    weighted = {"coefficients": blocks(), "weights": blocks(np.float32)}
    return {
        "ssimulacra2": (
            native.ssimulacra2,
            {
                "original": pixels,
                "decoded": pixels,
                "chroma_420": True,
                "slopes": np.ones((2, 3, 3, 3), np.float32),
                "weights": np.ones((2, 3, 6), np.float32),
                "luma_energies": np.ones((2, 2, 64), np.float32),
                "chroma_energies": np.ones((2, 2, 64), np.float32),
                "field": plane,
                "threads": 1,
                "kept": kept,
            },
        ),
        "seen_planes": (
            native.seen_planes,
            {"pixels": pixels, "weights": np.ones((2, 3, 6), np.float32), "threads": 1},
        ),
        "butteraugli": (
            native.butteraugli,
            {"original": pixels, "decoded": pixels, "threads": 1},
        ),
        "ssimulacra2_sums": (
            native.ssimulacra2_sums,
            {
                "original": pixels,
                "decoded": pixels,
                "weights": np.ones((2, 3, 6), np.float32),
                "fields": [plane],
                "threads": 1,
                "kept": kept,
            },
        ),
        "colour_slopes": (native.colour_slopes, {"pixels": pixels, "threads": 1}),
        "visible_error": (native.visible_error, {**error, "threads": 1}),
        "add_visible_error": (
            native.add_visible_error,
            {
                **error,
                "factor": 1.0,
                "hidden_share": 0.1,
                "gradient": blocks(np.float32),
                "curvature": blocks(np.float32),
            },
        ),
        "frequency_means": (
            native.frequency_means,
            {"curvature": blocks(np.float32), "used": (2, 3)},
        ),
        "mix_weights": (native.mix_weights, {**mix, "curvature": blocks(np.float32)}),
        "move_targets": (
            native.move_targets,
            {
                **coded,
                **mix,
                "gradient": blocks(np.float32),
                "rate": 0.5,
                "limit": 0.5,
                "memory": 0.5,
                "curvature": blocks(np.float32),
                "targets": blocks(),
            },
        ),
        "quantise_ac_by_frequency": (
            native.quantise_ac_by_frequency,
            {
                **weighted,
                "steps": [8.0] * 64,
                "lam": 1.0,
                "bands": [(1, 63, BITS, 2.0, 4.0)],
                "levels": np.zeros_like(blocks()),
                "used": (2, 3),
            },
        ),
        "fit_steps_by_frequency": (
            native.fit_steps_by_frequency,
            {**weighted, "levels": blocks(), "used": (2, 3)},
        ),
        "inverse": (
            native.inverse,
            {
                "levels": [blocks()],
                "height": 16,
                "width": 24,
                "chroma_420": False,
                "tables": [[8.0] * 64],
            },
        ),
    }


@pytest.mark.parametrize("name", good_calls())
def test_the_calls_that_the_others_spoil_are_good(name):
    function, arguments = good_calls()[name]
    function(**arguments)


BAD_PIXELS = [
    np.zeros((0, 24, 3), np.uint8),
    np.zeros((16, 24, 4), np.uint8),
    np.zeros((16, 24, 3), np.float32),
    np.zeros(16, np.uint8),
    "picture",
]
BAD_PLANES = [
    np.ones((3, 2), np.float32),
    np.ones(6, np.float32),
    np.full((2, 3), -1, np.float32),
    np.full((2, 3), np.nan, np.float32),
]
BAD_TABLES = [[1.0] * 63, [-1.0] * 64, [np.inf] * 64, None]
BAD_SHARES = [-0.1, 1.1, np.nan]
BAD_BLOCKS = [blocks(np.int32), blocks(np.float64), np.ones((3, 3, 64), np.int16), None]
BAD_FLOATS = [blocks(np.float64), np.ones((2, 4, 64), np.float32), np.ones((2, 3), np.float32)]
SPOILED: dict[str, list[Any]] = {
    "original": [*BAD_PIXELS, np.zeros((7, 24, 3), np.uint8), None],
    "decoded": [*BAD_PIXELS, np.zeros((16, 23, 3), np.uint8), np.zeros((16, 24), np.uint8)],
    "pixels": [*BAD_PIXELS, None],
    "slopes": [np.ones((2, 2, 3, 3), np.float32), np.full((2, 3, 3, 3), -1, np.float32), None],
    "weights": [np.ones((0, 3, 6), np.float32), np.ones((2, 3, 5), np.float32), None],
    "luma_energies": [np.ones((2, 3, 64), np.float32), np.full((2, 2, 64), np.nan, np.float32)],
    "chroma_energies": [np.ones((2, 2, 63), np.float32), None],
    "kept": [np.zeros(7, np.float32), np.zeros(1 << 16, np.float32), np.zeros(7), "planes"],
    "field": BAD_PLANES,
    "hidden": [*BAD_PLANES, None],
    "anchor": [*BAD_PLANES, np.zeros((2, 3), np.float32)],
    "reach": BAD_TABLES,
    "sensitivity": BAD_TABLES,
    "table": [*BAD_TABLES, [0.0] * 64],
    "steps": [[8.0] * 63, [0.5] * 64, [np.nan] * 64, None],
    "tables": [[], [[0.0] * 64], [[8.0] * 64] * 2, None],
    "unit": [0.0, -1.0, np.inf],
    "share": [0.0, *BAD_SHARES],
    "hidden_share": BAD_SHARES,
    "memory": BAD_SHARES,
    "factor": [-1.0, np.nan],
    "rate": [-1.0, np.nan],
    "limit": [-1.0, np.inf],
    "lam": [-1.0, np.nan],
    "coefficients": BAD_BLOCKS,
    "levels": BAD_BLOCKS,
    "targets": BAD_BLOCKS,
    "gradient": BAD_FLOATS,
    "used": [(0, 3), (3, 3), (2, 4), (2,), None],
    "threads": [0, -1, None],
    "height": [0, 70_000, 17],
}


def spoiled() -> list[tuple[str, str, Any]]:
    return [
        (name, argument, value)
        for name, (_, arguments) in good_calls().items()
        for argument in arguments
        for value in SPOILED.get(argument, [])
    ]


@pytest.mark.parametrize(("name", "argument", "value"), spoiled())
def test_one_bad_argument_is_refused(name, argument, value):
    function, arguments = good_calls()[name]
    if name == "inverse" and argument == "levels":
        value = [value]
    with pytest.raises(REFUSED):
        function(**{**arguments, argument: value})


def test_curvature_of_another_shape_is_refused():
    for name in ("add_visible_error", "move_targets", "mix_weights"):
        function, arguments = good_calls()[name]
        for value in (blocks(np.float64), np.ones((2, 4, 64), np.float32)):
            with pytest.raises(REFUSED):
                function(**{**arguments, "curvature": value})


def test_a_picture_has_no_more_scales_than_it_can_be_halved_to():
    function, arguments = good_calls()["ssimulacra2"]
    weights = np.ones((6, 3, 6), np.float32)
    energies = np.ones((2, 6, 64), np.float32)
    with pytest.raises(ValueError, match="too small"):
        function(
            **{
                **arguments,
                "weights": weights,
                "luma_energies": energies,
                "chroma_energies": energies,
            }
        )


@pytest.mark.parametrize("value", [-32_768, 32_767])
def test_extreme_coefficients_give_levels_that_a_file_can_hold(value):
    function, arguments = good_calls()["quantise_ac_by_frequency"]
    levels = np.zeros_like(blocks())
    coefficients = np.full_like(blocks(), value)
    function(**{**arguments, "coefficients": coefficients, "levels": levels, "steps": [1.0] * 64})
    assert 0 < np.abs(levels).max() <= 1023
