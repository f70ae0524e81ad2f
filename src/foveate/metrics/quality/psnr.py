"""Peak signal-to-noise ratio: 10 log10(data_range² / mean squared error), in dB.

Identical pictures have inf. With `weights` (H, W), at least 0, the mean is weighted: a mask selects
pixels, a saliency map gives the saliency-weighted PSNR. Weights that are all zero change nothing.
Every function raises ValueError where shapes differ, or weights are negative or not finite.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.planes import PlaneOf, cb, check_pair, cr, luma, rgb, strips
from foveate.metrics.quality.pooling import Weights, check_weights

SALIENT_PERCENTILE = 80
# The relative error that rounding leaves between a grey picture and the same in three channels.
_ROUNDING = 1e-28


def psnr_y(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR of luma (BT.601, full range, float64) in dB."""
    return _psnr(reference, copy, luma, weights, data_range)


def psnr_cb(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR of Cb (BT.601, full range, float64) in dB."""
    return _psnr(reference, copy, cb, weights, data_range)


def psnr_cr(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR of Cr (BT.601, full range, float64) in dB."""
    return _psnr(reference, copy, cr, weights, data_range)


def psnr_rgb(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR over the samples of R, G and B together, in dB."""
    return _psnr(reference, copy, rgb, weights, data_range)


def psnr_s(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    saliency: npt.NDArray[Any],
    *,
    data_range: float,
) -> float:
    """PSNR-S, the PSNR of luma over the salient pixels, in dB (Prakash et al., DCC 2017).

    `saliency` is the map (H, W). The paper does not say from which value on a pixel is salient;
    `salient_pixels` has the threshold taken here.
    """
    if saliency.shape != reference.shape[:2]:
        raise ValueError(f"the map is {saliency.shape}, the picture {reference.shape[:2]}")
    return _psnr(reference, copy, luma, salient_pixels(saliency), data_range)


def salient_pixels(saliency: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each pixel (H, W) is at or above the map's 80th percentile and above zero.

    In a map of zeros all pixels count as salient, as they do in any other flat map.
    """
    threshold = np.percentile(saliency, SALIENT_PERCENTILE)
    salient: npt.NDArray[np.bool_] = (saliency >= threshold) & (saliency > 0)
    return salient if salient.any() else np.ones_like(salient)


def _psnr(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    planes: PlaneOf,
    weights: Weights,
    data_range: float,
) -> float:
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    total, count = 0.0, 0.0
    for rows in strips(*reference.shape[:2]):
        error = planes(reference[rows]) - planes(copy[rows])
        squares = np.square(error, out=error)
        if weights is None:
            total += float(squares.sum())
            count += squares.size
        elif weights.dtype == np.bool_:
            squares = squares[weights[rows]]
            total += float(squares.sum())
            count += squares.size
        else:
            weight = weights[rows].astype(np.float64)
            of_pixels = squares.reshape(*weight.shape, -1)
            total += float((of_pixels.sum(axis=2) * weight).sum())
            count += float(weight.sum()) * of_pixels.shape[2]
    if total <= _ROUNDING * count * data_range**2:
        return math.inf
    return 10 * math.log10(data_range**2 * count / total)
