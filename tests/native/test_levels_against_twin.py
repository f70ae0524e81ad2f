"""Rounding, errors, fitted steps, padding and contrast: the native core's against its twin's."""

from __future__ import annotations

import numpy as np
import pytest
import twin
from native_inputs import pixels_of

from foveate import native
from foveate.coders.jpeg.tables import quantisation_tables


@pytest.mark.parametrize("quality", [5, 50, 95])
def test_rounding_is_the_twins(quality: int) -> None:
    coefficients = native.forward(pixels_of(45, 61, 3), True)
    used = native.used_blocks(45, 61, 3, True)
    luma, chroma = quantisation_tables(quality)
    for own, part, steps in zip(coefficients, used, (luma, chroma, chroma), strict=True):
        levels = np.zeros(own.shape, np.int16)
        native.round_levels(own, steps.astype(float).tolist(), levels, part, 2)
        rows, cols = part
        theirs = twin.round_levels(own / native.COEFFICIENT_UNITS, steps)
        np.testing.assert_array_equal(levels[:rows, :cols], theirs[:rows, :cols])


def luma() -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Coefficients of a picture, in the native core's units and in plain ones; its used blocks."""
    coefficients = native.forward(pixels_of(60, 90, 3), True)[0]
    used = native.used_blocks(60, 90, 3, True)[0]
    return coefficients, coefficients / native.COEFFICIENT_UNITS, used


def test_errors_and_fitted_steps_are_the_twins() -> None:
    rng = np.random.default_rng(1)
    coefficients, plain, used = luma()
    weights = rng.uniform(0.3, 3, coefficients.shape[:2]).astype(np.float32)
    steps = rng.uniform(3, 30, 64)
    levels = twin.round_levels(plain, steps)
    ours = native.block_errors(coefficients, steps, levels, used, 2)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, twin.block_errors(plain, steps, levels, used), rtol=1e-4)
    for own, their in zip(
        native.fit_steps(coefficients, weights, levels, used, 2),
        twin.fit_steps(plain, weights, levels, used),
        strict=True,
    ):
        np.testing.assert_allclose(own, their, rtol=1e-6)


def test_what_contrast_hides_is_the_twins() -> None:
    coefficients, plain, used = luma()
    hiding = np.random.default_rng(2).uniform(0, 1, 64)
    ours = native.block_contrast(coefficients, hiding, used, 2)
    for own, their in zip(ours, twin.block_contrast(plain, hiding, used), strict=True):
        assert own.shape == used
        np.testing.assert_allclose(own, their, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("worth", [0.0, 0.01, 100.0])
def test_expected_bits_are_the_twins(worth: float) -> None:
    rng = np.random.default_rng(3)
    coefficients, plain, used = luma()
    weights = rng.uniform(0.3, 3, coefficients.shape[:2]).astype(np.float32)
    steps, worths = rng.uniform(3, 30, 64), worth * rng.uniform(0.5, 1, 64)
    ours = native.expected_bits(coefficients, weights, steps, worths, used, 2)
    assert ours == pytest.approx(
        twin.expected_bits(plain, weights, steps, worths, used), rel=1e-3, abs=1e-6
    )


@pytest.mark.parametrize("size", [(40, 40), (33, 16), (16, 33), (40, 57)])
def test_padding_is_the_twins(size: tuple[int, int]) -> None:
    stored = twin.stored_blocks(*size, 3, True)[0]
    used = twin.used_blocks(*size, 3, True)[0]
    levels = np.random.default_rng(0).integers(-50, 50, (*stored, 64)).astype(np.int16)
    expected = twin.fill_padding(levels, used)
    native.fill_padding(levels, used)
    np.testing.assert_array_equal(levels, expected)
