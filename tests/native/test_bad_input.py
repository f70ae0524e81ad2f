"""What the native core refuses: bad shapes, types and ranges raise, and nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foveate import native

REFUSED = (ValueError, TypeError)
BITS = [5.0] * 256
BANDS = [(1, 63, BITS, 2.0, 4.0)]
SCANS = [((0,), 0, 63)]


def blocks(rows: int = 2, cols: int = 3) -> np.ndarray:
    return np.ones((rows, cols, 64), np.int16)


def good_calls() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every function with arguments that it takes."""
    trellis = {
        "coefficients": blocks(),
        "weights": np.ones((2, 3), np.float32),
        "steps": [8.0] * 64,
        "sensitivity": [1.0] * 64,
        "levels": np.zeros((2, 3, 64), np.int16),
        "used": (2, 3),
    }
    picture = {"levels": [np.zeros((2, 3, 64), np.int16)], "height": 16, "width": 24}
    return {
        "forward": (
            native.forward,
            {"pixels": np.zeros((9, 9, 3), np.uint8), "chroma_420": True, "threads": 1},
        ),
        "dering": (
            native.dering,
            {
                "pixels": np.zeros((16, 24), np.uint8),
                "coefficients": blocks(),
                "used": (2, 3),
                "steps": [8.0] * 64,
                "threads": 1,
            },
        ),
        "sharpen_chroma": (
            native.sharpen_chroma,
            {
                "pixels": np.zeros((32, 48, 3), np.uint8),
                "cb": blocks(),
                "cr": blocks(),
                "used": (2, 3),
                "threads": 1,
            },
        ),
        "used_blocks": (
            native.used_blocks,
            {"height": 9, "width": 9, "channels": 3, "chroma_420": True},
        ),
        "quantise_ac": (native.quantise_ac, {**trellis, "lam": 1.0, "bands": BANDS, "threads": 1}),
        "quantise_dc": (
            native.quantise_dc,
            {**trellis, "lam": 1.0, "size_bits": [3.0] * 12, "mcu": (1, 1)},
        ),
        "round_levels": (
            native.round_levels,
            {k: trellis[k] for k in ("coefficients", "steps", "levels", "used")},
        ),
        "block_errors": (
            native.block_errors,
            {k: trellis[k] for k in ("coefficients", "steps", "levels", "used")},
        ),
        "block_contrast": (
            native.block_contrast,
            {"coefficients": blocks(), "hiding": [1.0] * 64, "used": (2, 3), "threads": 1},
        ),
        "expected_bits": (
            native.expected_bits,
            {
                **{k: trellis[k] for k in ("coefficients", "weights", "steps", "used")},
                "worth": [1.0] * 64,
                "threads": 1,
            },
        ),
        "fit_steps": (
            native.fit_steps,
            {k: trellis[k] for k in ("coefficients", "weights", "levels", "used")},
        ),
        "fill_padding": (native.fill_padding, {k: trellis[k] for k in ("levels", "used")}),
        "huffman_lengths": (native.huffman_lengths, {"counts": np.ones(256, np.int64)}),
        "symbol_bits": (
            native.symbol_bits,
            {"counts": np.ones(256, np.int64), "unseen": 2.0},
        ),
        "coded_size": (native.coded_size, {"counts": np.ones((4, 256), np.int64)}),
        "scan_statistics": (
            native.scan_statistics,
            {**picture, "chroma_420": False, "scans": SCANS, "progressive": False, "threads": 1},
        ),
        "write_jpeg": (
            native.write_jpeg,
            {
                **picture,
                "chroma_420": False,
                "tables": [[8] * 64],
                "scans": SCANS,
                "progressive": False,
                "segments": b"",
                "threads": 1,
            },
        ),
    }


@pytest.mark.parametrize("name", good_calls())
def test_the_calls_that_the_others_spoil_are_good(name: str) -> None:
    function, arguments = good_calls()[name]
    function(**arguments)


BAD_VALUES: dict[str, list[Any]] = {
    "pixels": [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 0), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5, 3), np.float32),
        np.zeros((5, 5, 3, 1), np.uint8),
        np.zeros((1, 65_536), np.uint8),
        None,
        "picture",
    ],
    "coefficients": [
        np.ones((2, 3, 63), np.int16),
        np.ones((3, 3, 64), np.int16),
        np.ones((6, 64), np.int16),
        np.ones((0, 3, 64), np.int16),
        np.ones((2, 3, 64), np.float32),
        None,
    ],
    "weights": [np.ones((3, 3), np.float32), np.ones(6, np.float32), None],
    "steps": [[8.0] * 63, [8.0] * 65, [], None, ["a"] * 64],
    "sensitivity": [[1.0] * 63, None],
    "hiding": [[1.0] * 63, [-1.0] * 64, [np.nan] * 64, None],
    "worth": [[1.0] * 63, [-1.0] * 64, [np.inf] * 64, None],
    "levels": [
        np.zeros((2, 3, 64), np.int32),
        np.zeros((2, 3, 63), np.int16),
        np.zeros((3, 3, 64), np.int16),
        np.zeros((2, 6, 64), np.int16)[:, ::2],
        None,
    ],
    "used": [(0, 3), (2, 0), (3, 3), (2, 4), (-1, 3), (2,), None],
    "threads": [0, -1, 1.5, None],
    "height": [0, -5, 2**31, 65_536, 1.5, None],
    "width": [0, -5, 2**31, 65_536, None],
    "channels": [0, 2, 4, -1],
    "counts": [
        np.ones(255, np.int64),
        np.full(256, -1, np.int64),
        np.full(256, 2**48, np.int64),
        np.ones((2, 256), np.int64),
        None,
    ],
    "unseen": [-1.0, 17.0, np.nan, None],
    "size_bits": [[3.0] * 11, [3.0] * 13, None],
    "mcu": [(0, 1), (1, 5), (1,), None],
    "bands": [
        [],
        [(2, 63, BITS, 1.0, 1.0)],
        [(1, 62, BITS, 1.0, 1.0)],
        [(1, 64, BITS, 1.0, 1.0)],
        [(1, 5, BITS, 1.0, 1.0), (7, 63, BITS, 1.0, 1.0)],
        [(1, 63, BITS[:-1], 1.0, 1.0)],
        [(1, 63, BITS, 1.0)],
        [(5, 3, BITS, 1.0, 1.0)],
        None,
    ],
    "scans": [
        [],
        [((), 0, 63)],
        [((1,), 0, 63)],
        [((-1,), 0, 63)],
        [((0, 0), 0, 63)],
        [((0,), 0, 64)],
        [((0,), 1, 63)],
        [((0,), 0, 63, 0, 0)],
        [((0,), 0)],
        None,
    ],
    "tables": [[], [[8] * 63], [[0] * 64], [[256] * 64], [[8] * 64] * 2, None],
    "segments": ["text", None, 5],
}


def spoiled() -> list[tuple[str, str, Any]]:
    return [
        (name, argument, value)
        for name, (_, arguments) in good_calls().items()
        for argument in arguments
        for value in BAD_VALUES.get(argument, [])
        # Blocks of any picture can be counted; one array of blocks alone has no other to fit.
        if not (name == "used_blocks" and value == 65_536)
        and not (
            name in ("fill_padding", "block_contrast", "dering")
            and getattr(value, "shape", None) == (3, 3, 64)
        )
    ]


@pytest.mark.parametrize(("name", "argument", "value"), spoiled())
def test_one_bad_argument_is_refused(name: str, argument: str, value: Any) -> None:
    function, arguments = good_calls()[name]
    if argument == "levels" and name in ("scan_statistics", "write_jpeg"):
        value = [value]
    with pytest.raises(REFUSED):
        function(**{**arguments, argument: value})


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", ["quantise_ac", "quantise_dc"])
def test_no_block_may_have_weight_zero(name: str, weight: float) -> None:
    function, arguments = good_calls()[name]
    weights = np.ones((2, 3), np.float32)
    weights[1, 2] = weight
    with pytest.raises(ValueError, match="weight must be positive"):
        function(**{**arguments, "weights": weights})


@pytest.mark.parametrize("value", [0.0, 0.5, -3.0, np.nan, np.inf, 1e9])
def test_steps_out_of_range_are_refused(value: float) -> None:
    function, arguments = good_calls()["quantise_ac"]
    with pytest.raises(ValueError, match="steps"):
        function(**{**arguments, "steps": [8.0] * 63 + [value]})


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", ["lam", "sensitivity"])
def test_lambda_and_sensitivities_are_finite_and_not_negative(name: str, value: float) -> None:
    function, arguments = good_calls()["quantise_ac"]
    bad = value if name == "lam" else [1.0] * 63 + [value]
    with pytest.raises(ValueError, match="lambda" if name == "lam" else "sensitivities"):
        function(**{**arguments, name: bad})


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("part", [0, 1, 2])
def test_masking_is_finite_and_not_negative(part: int, value: float) -> None:
    function, arguments = good_calls()["quantise_ac"]
    masking: list[Any] = [np.ones((2, 3), np.float32), [1.0] * 64, [1.0] * 64]
    function(**arguments, masking=tuple(masking))
    masking[part] = np.full((2, 3), value, np.float32) if part == 0 else [1.0] * 63 + [value]
    with pytest.raises(ValueError, match="finite and not negative"):
        function(**arguments, masking=tuple(masking))


def test_hidden_error_has_one_value_a_block() -> None:
    function, arguments = good_calls()["quantise_ac"]
    masking = (np.ones((3, 2), np.float32), [1.0] * 64, [1.0] * 64)
    with pytest.raises(ValueError, match="one value a block"):
        function(**arguments, masking=masking)


@pytest.mark.parametrize("level", [1024, -1024, -1025, 32_767, -32_768])
@pytest.mark.parametrize("name", ["scan_statistics", "write_jpeg"])
def test_levels_that_no_code_can_hold_are_refused(name: str, level: int) -> None:
    function, arguments = good_calls()[name]
    levels = np.zeros((2, 3, 64), np.int16)
    levels[1, 1, 17] = level
    with pytest.raises(ValueError, match="levels"):
        function(**{**arguments, "levels": [levels]})


@pytest.mark.parametrize("value", [-32_768, -32_767, 32_767])
@pytest.mark.parametrize("step", [1.0, 8.0])
def test_extreme_coefficients_give_levels_that_a_file_can_hold(value: int, step: float) -> None:
    coefficients = np.full((2, 3, 64), value, np.int16)
    for name in ("quantise_ac", "quantise_dc", "round_levels"):
        function, arguments = good_calls()[name]
        levels = np.zeros((2, 3, 64), np.int16)
        changed = {"coefficients": coefficients, "levels": levels, "steps": [step] * 64}
        function(**{**arguments, **changed})
        assert 0 < np.abs(levels).max() <= 1023


scan_tuples = st.tuples(
    st.lists(st.integers(-1, 3), max_size=4).map(tuple),
    st.integers(-1, 65),
    st.integers(-1, 65),
)


@settings(max_examples=300)
@given(
    scans=st.lists(scan_tuples, max_size=4),
    progressive=st.booleans(),
    chroma_420=st.booleans(),
    threads=st.integers(1, 4),
)
def test_any_scan_script_is_coded_or_refused(
    scans: list, progressive: bool, chroma_420: bool, threads: int
) -> None:
    rng = np.random.default_rng(0)
    shapes = [(2, 4), (1, 2), (1, 2)] if chroma_420 else [(2, 3)] * 3
    levels = [rng.integers(-40, 40, (*s, 64)).astype(np.int16) for s in shapes]
    arguments = (levels, 16, 24, chroma_420)
    try:
        statistics = native.scan_statistics(*arguments, scans, progressive, threads)
    except REFUSED:
        with pytest.raises(REFUSED):
            native.write_jpeg(*arguments, [[9] * 64] * 2, scans, progressive, b"", threads)
        return
    assert len(statistics) == len(scans)
    data = native.write_jpeg(*arguments, [[9] * 64] * 2, scans, progressive, b"", threads)
    assert data[:2] == b"\xff\xd8"
    assert data[-2:] == b"\xff\xd9"


@settings(max_examples=200)
@given(
    rows=st.integers(0, 4),
    cols=st.integers(0, 4),
    used=st.tuples(st.integers(-1, 5), st.integers(-1, 5)),
    scale=st.floats(0, 8000),
    step=st.floats(0, 300),
    lam=st.floats(-1, 1e9),
    weight=st.floats(0, 2.0**100, width=32),
)
def test_any_trellis_input_is_quantised_or_refused(
    rows: int,
    cols: int,
    used: tuple[int, int],
    scale: float,
    step: float,
    lam: float,
    weight: float,
) -> None:
    rng = np.random.default_rng(1)
    coefficients = (rng.normal(0, 1, (rows, cols, 64)).clip(-4, 4) * scale).astype(np.int16)
    levels = np.zeros((rows, cols, 64), np.int16)
    weights = np.full((rows, cols), weight, np.float32)
    try:
        native.quantise_ac(coefficients, weights, [step] * 64, [1.0] * 64, lam, BANDS, levels, used)
    except REFUSED:
        assert not levels.any()
        return
    assert np.abs(levels).max() <= 1023
    assert not levels[used[0] :].any()
    assert not levels[:, used[1] :].any()
