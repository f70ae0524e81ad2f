"""SSIM and MS-SSIM: structural similarity at one scale and at several.

Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004; Wang, Simoncelli and Bovik, Asilomar 2003.
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
    """The mean SSIM of luma (BT.601, full range, float64); 1 for identical pictures.

    The window has 11 Gaussian taps of sigma 1.5 pixels, K1 is 0.01 and K2 0.03, variances are those
    of a population, and pictures are not downsampled. The mean is over windows that lie wholly
    inside. Along a side shorter than 11 pixels the window has the largest odd number of taps that
    fits, with the same sigma and sum. With `weights` (H, W), at least 0, a window counts by the
    weight at its centre. Raises ValueError as `psnr_y` does.
    """
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    return _means(reference, copy, data_range, weights)[0]


def ms_ssim(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """MS-SSIM of luma (BT.601, full range, float64); 1 for identical pictures.

    There are five scales, each half the one before: means of 2x2 pixels, without an odd last row or
    column. Windows and constants are those of `ssim`, the exponents .0448, .2856, .3001, .2363 and
    .1333. A scale's mean below 0 counts as 0. A picture with a side under 176 pixels has fewer
    scales: those at which the window fits both sides, and at least the first. Their exponents are
    scaled to a sum of 1. Raises ValueError where shapes differ.
    """
    return ssim_and_ms_ssim(reference, copy, data_range=data_range)[1]


def ssim_and_ms_ssim(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float
) -> tuple[float, float]:
    """SSIM and MS-SSIM together, in no more time than the second alone takes."""
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
    """The SSIM of all windows, strip by strip.

    Yields a slice of rows of windows, and (rows, columns) of their SSIM and of its contrast part.
    """
    height, width = reference.shape[:2]
    down, across = (fitting_gaussian(_TAPS, _SIGMA_PX, side) for side in (height, width))
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    for inside in strips(height - len(down) + 1, width):
        strip = slice(inside.start, inside.stop + len(down) - 1)
        x, y = luma(reference[strip]), luma(copy[strip])
        mean_x, mean_y = filtered(x, down, across), filtered(y, down, across)
        product = mean_x * mean_y
        squares = mean_x**2 + mean_y**2
        # Equation 13 needs only the sum of the two variances.
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
    """The mean SSIM, and the mean of its contrast part."""
    height, width = x.shape[:2]
    if weights is not None:
        down, across = border(height), border(width)
        weights = weights[down : height - down, across : width - across]
        weights = weights if weights.any() else None  # only the border has any
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
    """The luma at half the size: the means of 2x2 pixels."""
    rows, columns = picture.shape[0] // 2, picture.shape[1] // 2
    result = np.empty((rows, columns))
    for strip in strips(rows, columns):
        plane = luma(picture[2 * strip.start : 2 * strip.stop, : 2 * columns])
        pairs = plane[::2] + plane[1::2]
        np.add(pairs[:, ::2], pairs[:, 1::2], out=result[strip])
    result *= 0.25
    return result
