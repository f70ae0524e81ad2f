"""Structural similarity, at one scale and at several.

SSIM: Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004. MS-SSIM: Wang, Simoncelli and Bovik,
Asilomar 2003.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.filters import filtered, fitting_gaussian
from foveate.metrics.quality.planes import Plane, check_pair, luma, luma_pair, strips
from foveate.metrics.quality.pooling import Weights, check_weights

_TAPS, _SIGMA_PX = 11, 1.5
_K1, _K2 = 0.01, 0.03
_EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # finest scale first


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
    return _means(reference, copy, data_range, weights)[0]


def ms_ssim(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """MS-SSIM of luma (BT.601 full range, float64), 1 for identical pictures.

    Five scales, each half the one before (means of 2x2 pixels, an odd last row or column left out),
    windows and constants as for `ssim`, exponents .0448, .2856, .3001, .2363, .1333. A scale's mean
    below 0 counts as 0. Pictures of which a side is under 176 have fewer scales: those at which the
    window fits both sides, at least the first, their exponents scaled to sum 1.
    """
    return ssim_and_ms_ssim(reference, copy, data_range=data_range)[1]


def ssim_and_ms_ssim(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float
) -> tuple[float, float]:
    """SSIM and MS-SSIM at once, for no more than the second alone."""
    check_pair(reference, copy, data_range)
    x, y = luma_pair(reference, copy)
    one, contrast = _means(x, y, data_range, None)
    scales = min(len(_EXPONENTS), max(int(math.log2(min(x.shape[:2]) / _TAPS)) + 1, 1))
    exponents = np.array(_EXPONENTS[:scales]) / sum(_EXPONENTS[:scales])
    similarity, product = one, 1.0
    for exponent in exponents[:-1]:
        product *= max(contrast, 0.0) ** exponent
        x, y = _halved(x), _halved(y)
        similarity, contrast = _means(x, y, data_range, None)
    return one, float(product * max(similarity, 0.0) ** exponents[-1])


def similarities(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> Iterator[tuple[slice, Plane, Plane]]:
    """Strip by strip: which rows of windows, their similarities, and those of contrast alone."""
    height, width = reference.shape[:2]
    down, across = (fitting_gaussian(_TAPS, _SIGMA_PX, side) for side in (height, width))
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    for inside in strips(height - len(down) + 1, width):
        strip = slice(inside.start, inside.stop + len(down) - 1)
        x, y = luma(reference[strip]), luma(copy[strip])
        mean_x, mean_y = filtered(x, down, across), filtered(y, down, across)
        product = mean_x * mean_y
        squares = mean_x**2 + mean_y**2
        # Equation 13 needs the variances' sum only, not each.
        variances = filtered(x * x + y * y, down, across) - squares
        covariance = filtered(x * y, down, across) - product
        contrast = (2 * covariance + c2) / (variances + c2)
        yield inside, contrast * ((2 * product + c1) / (squares + c1)), contrast


def border(side: int) -> int:
    """How many pixels along a side lie before the first window's centre."""
    return len(fitting_gaussian(_TAPS, _SIGMA_PX, side)) // 2


def _means(
    x: npt.NDArray[Any], y: npt.NDArray[Any], data_range: float, weights: Weights
) -> tuple[float, float]:
    """The means of similarity and of its contrast part."""
    height, width = x.shape[:2]
    if weights is not None:
        down, across = border(height), border(width)
        weights = weights[down : height - down, across : width - across]
        weights = weights if weights.any() else None  # they lie at the border only
    totals, count = np.zeros(2), 0.0
    for rows, similarity, contrast in similarities(x, y, data_range):
        if weights is None:
            totals += similarity.sum(), contrast.sum()
            count += similarity.size
        else:
            weight = weights[rows].astype(np.float64)
            totals += (similarity * weight).sum(), (contrast * weight).sum()
            count += float(weight.sum())
    return float(totals[0] / count), float(totals[1] / count)


def _halved(picture: npt.NDArray[Any]) -> Plane:
    """Luma at half the size: means of 2x2 pixels."""
    rows, columns = picture.shape[0] // 2, picture.shape[1] // 2
    result = np.empty((rows, columns))
    for strip in strips(rows, columns):
        plane = luma(picture[2 * strip.start : 2 * strip.stop, : 2 * columns])
        pairs = plane[::2] + plane[1::2]
        np.add(pairs[:, ::2], pairs[:, 1::2], out=result[strip])
    result *= 0.25
    return result
