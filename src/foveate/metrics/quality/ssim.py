"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.planes import Plane, check_pair, luma
from foveate.metrics.quality.pooling import Weights, check_weights

_TAPS, _SIGMA_PX = 11, 1.5
_K1, _K2 = 0.01, 0.03
_STRIP_ROWS = 64


def ssim(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """Mean SSIM of luma (BT.601 full range, float64), 1 for identical pictures.

    11 Gaussian taps of sigma 1.5, K1 = 0.01, K2 = 0.03, population variances, no downsampling; the
    mean is over windows that lie wholly inside. Along a side shorter than 11 pixels the window has
    the largest odd number of taps that fits, of the same sigma, its sum 1 again. With `weights`
    (H, W), not negative, a window counts by the weight at its centre.
    """
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    if weights is not None:
        height, width = weights.shape
        down, across = len(_gaussian(height)) // 2, len(_gaussian(width)) // 2
        weights = weights[down : height - down, across : width - across]
        weights = weights if weights.any() else None  # they lie at the border only
    total, count = 0.0, 0.0
    for rows, similarity in similarities(reference, copy, data_range):
        if weights is None:
            total += float(similarity.sum())
            count += similarity.size
        else:
            weight = weights[rows].astype(np.float64)
            total += float(np.vdot(similarity, weight))
            count += float(weight.sum())
    return total / count


def similarities(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> Iterator[tuple[slice, Plane]]:
    """Strip by strip: which rows of windows, and their similarities."""
    height, width = reference.shape[:2]
    down, across = _gaussian(height), _gaussian(width)
    rows = height - len(down) + 1
    for top in range(0, rows, _STRIP_ROWS):
        inside = slice(top, min(top + _STRIP_ROWS, rows))
        strip = slice(top, inside.stop + len(down) - 1)
        yield (
            inside,
            _similarity(luma(reference[strip]), luma(copy[strip]), down, across, data_range),
        )


def _similarity(x: Plane, y: Plane, down: Plane, across: Plane, data_range: float) -> Plane:
    """Equation 13 of a strip; only the variances' sum is needed, not each."""
    mean_x, mean_y = _blurred(x, down, across), _blurred(y, down, across)
    product = mean_x * mean_y
    squares = mean_x**2 + mean_y**2
    variances = _blurred(x * x + y * y, down, across) - squares
    covariance = _blurred(x * y, down, across) - product
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    similarity = (2 * product + c1) * (2 * covariance + c2)
    similarity /= (squares + c1) * (variances + c2)
    return similarity


def _gaussian(side: int) -> Plane:
    taps = min(_TAPS, side - 1 + side % 2)
    offsets = np.arange(taps) - taps // 2
    window = np.exp(-0.5 * (offsets / _SIGMA_PX) ** 2)
    return np.asarray(window / window.sum(), np.float64)


def _blurred(plane: Plane, down: Plane, across: Plane) -> Plane:
    """The plane filtered with one window along each axis, where they lie inside."""
    return _filtered(_filtered(plane.T, across).T, down)


def _filtered(plane: Plane, window: Plane) -> Plane:
    """The plane filtered along its first axis; the window's halves mirror each other."""
    taps, rows = len(window), len(plane) - len(window) + 1
    centre = taps // 2
    result: Plane = plane[centre : centre + rows] * window[centre]
    for near in range(centre):
        far = taps - 1 - near
        result += (plane[near : near + rows] + plane[far : far + rows]) * window[near]
    return result
