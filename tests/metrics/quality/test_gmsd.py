"""GMSD is the authors' program, written with SciPy's convolutions."""

from __future__ import annotations

import numpy as np
import pytest
from quality_pictures import picture, spoiled
from scipy.signal import convolve2d

from foveate.metrics import quality


def twin(reference: np.ndarray, copy: np.ndarray) -> float:
    """GMSD.m, line by line, on luma from 0 to 255; the deviation is of a population."""
    prewitt = np.array([[1, 0, -1]] * 3) / 3
    magnitudes = []
    for plane in (reference, copy):
        # conv2's "same" begins an even window half a step later than SciPy's
        averaged = convolve2d(plane, np.full((2, 2), 1 / 4))[1:, 1:]
        halved = averaged[: plane.shape[0] : 2, : plane.shape[1] : 2]
        gradients = [convolve2d(halved, each, mode="same") for each in (prewitt, prewitt.T)]
        magnitudes.append(np.hypot(*gradients))
    x, y = magnitudes
    similarity = (2 * x * y + 170) / (x**2 + y**2 + 170)
    return float(np.std(similarity))


@pytest.mark.parametrize("size", [(64, 96), (63, 97), (33, 64), (5, 3), (2, 2), (1, 7), (300, 500)])
@pytest.mark.parametrize("sigma", [1, 9, 60])
def test_gmsd_is_the_authors_program(size: tuple[int, int], sigma: float) -> None:
    original = picture(*size)
    copy = spoiled(original, sigma)
    expected = twin(quality.luma(original), quality.luma(copy))
    assert quality.gmsd(original, copy, data_range=255) == pytest.approx(expected, abs=1e-12)


def test_an_error_that_is_the_same_everywhere_costs_little() -> None:
    """GMSD is a deviation: errors of one place weigh more than as many spread over all."""
    original = picture(128, 128)
    rng = np.random.default_rng(3)
    spread = original + rng.normal(0, 4, original.shape)
    gathered = original.astype(float)
    gathered[:32, :32] += rng.normal(0, 16, (32, 32, 3))
    copies = [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in (spread, gathered)]
    errors = [np.mean((original - each.astype(float)) ** 2) for each in copies]
    assert errors[0] == pytest.approx(errors[1], rel=0.1)
    values = [quality.gmsd(original, each, data_range=255) for each in copies]
    assert values[1] > 1.5 * values[0]


def test_tall_pictures_are_measured_in_strips_without_seams(monkeypatch) -> None:
    original = picture(200, 70)
    copy = spoiled(original)
    whole = quality.gmsd(original, copy, data_range=255)
    monkeypatch.setattr("foveate.metrics.quality.planes._STRIP_PIXELS", 64)
    assert quality.gmsd(original, copy, data_range=255) == whole
