"""Butteraugli: how visible the differences of two pictures are, in units of just noticeable ones.

Alakuijala et al. (Google, 2017: arXiv:1703.04421 uses it in Guetzli), as libjxl 0.11 and jpegli
compute it; `foveate.native.butteraugli` is written anew from that definition, with its constants,
and tests hold it against libjxl's values. The numbers are those that libjxl's butteraugli_main
prints for a screen of 80 candelas a square metre: the largest difference, and its "3-norm", which
is the mean of the 3-norm, the 6-norm and the 12-norm over all pixels. Lower is better. That tool
gives 0 for pictures with a side under 8; here these are filled up to 8 with their outermost
samples, as its library does elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.metrics.quality.planes import check_pair, eight_bit_pair, strips
from foveate.metrics.quality.pooling import Weights, check_weights

_NORMS = (3, 6, 12)


def butteraugli(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """Butteraugli's 3-norm of sRGB pictures: 0 for identical ones; below 1 hardly anyone sees any.

    Grey pictures count as three equal channels. Samples that are not whole are rounded to 8 bits.
    With `weights` (H, W), at least 0, each pixel's difference counts by its weight. Raises
    ValueError as `psnr_y` does.
    """
    return norm_and_maximum(reference, copy, data_range=data_range, weights=weights)[0]


def butteraugli_max(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float
) -> float:
    """Butteraugli's largest difference, otherwise as `butteraugli`."""
    return norm_and_maximum(reference, copy, data_range=data_range)[1]


def norm_and_maximum(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> tuple[float, float]:
    """The 3-norm and the maximum, in little more time than either alone takes."""
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    seen = visible_differences(reference, copy, data_range)
    sums, count = np.zeros(len(_NORMS)), 0.0
    for rows in strips(*seen.shape):
        power = seen[rows].astype(np.float64) ** _NORMS[0]
        weight = np.ones_like(power) if weights is None else weights[rows].astype(np.float64)
        count += float(weight.sum())
        for at in range(len(_NORMS)):  # each norm is the double of the one before
            sums[at] += float((power * weight).sum())
            power *= power
    norms = [float(total / count) ** (1 / p) for total, p in zip(sums, _NORMS, strict=True)]
    return sum(norms) / len(norms), float(seen.max())


def visible_differences(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> npt.NDArray[np.float32]:
    """How visible the difference is at each pixel, float32 (H, W)."""
    return native.butteraugli(*eight_bit_pair(reference, copy, data_range))
