"""What an intra coder has left to code: the native core against its NumPy twin."""

from __future__ import annotations

import intra_twin
import numpy as np
import pytest
from native_inputs import pixels_of

from foveate import native


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 9), (64, 72), (80, 67)])
def test_residuals_are_the_twins(size: tuple[int, int]) -> None:
    luma = pixels_of(*size, 1)
    own, their = native.intra_residuals(luma, 2), intra_twin.intra_residuals(luma)
    assert own.dtype == np.int16
    assert own.shape == their.shape
    # Predictors that leave all but the same may be told apart by rounding.
    alike = (np.abs(own - their) <= 1).all(axis=-1)
    assert alike.mean() > 0.98


def test_a_flat_plane_leaves_what_no_neighbour_tells() -> None:
    residuals = native.intra_residuals(np.full((24, 24), 90, np.uint8))
    assert residuals[0, 0, 0] != 0
    residuals[0, 0] = 0
    assert not residuals.any()


def test_threads_change_nothing() -> None:
    luma = pixels_of(70, 90, 1)
    one, three = native.intra_residuals(luma, 1), native.intra_residuals(luma, 3)
    assert (one == three).all()
    for first, second in zip(
        native.level_bits(one, 60, 70, 1), native.level_bits(one, 60, 70, 3), strict=True
    ):
        assert (first == second).all()


@pytest.mark.parametrize("steps", [(1, 1), (37, 40), (300, 411), (32767, 32767)])
def test_bits_and_largest_levels_are_the_twins(steps: tuple[int, int]) -> None:
    residuals = np.random.default_rng(1).normal(0, 90, (5, 7, 64)).astype(np.int16)
    residuals[0, :, 20:] = 0
    residuals[1] = 0
    bits, largest = native.level_bits(residuals, *steps)
    their_bits, their_largest = intra_twin.level_bits(residuals, *steps)
    assert (bits == their_bits).all()
    assert (largest == their_largest).all()


@pytest.mark.parametrize("steps", [(0, 1), (1, 0), (1, 40_000)])
def test_bad_steps_are_refused(steps: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="steps must lie in"):
        native.level_bits(np.zeros((1, 1, 64), np.int16), *steps)


def test_bad_planes_are_refused() -> None:
    for bad in (np.zeros((0, 3), np.uint8), np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2))):
        with pytest.raises((ValueError, TypeError)):
            native.intra_residuals(bad)
