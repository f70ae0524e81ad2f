"""F-measures of a map against a mask: adaptive, over all thresholds, and weighted.

Values agree with the package pysodmetrics, whose conventions are those of published tables: a map
is stretched to 0..1 and cut off to the level below of 256.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.errors import MissingExtraError
from foveate_research.metrics.masks import (
    LEVELS,
    Floats,
    f_of,
    object_pixels,
    rates_at_levels,
    stretched,
)

WEIGHTED_SIGMA = 5.0  # pixels; Margolin et al.: how far an error is shared among neighbours
WEIGHTED_RADIUS = 3  # pixels, of the window in their code
EPSILON = float(np.spacing(1.0))


@dataclass(frozen=True)
class Curve:
    """One picture's precision, recall and F, each (256,), at thresholds from high to low."""

    precision: Floats
    recall: Floats
    f: Floats


def precision_recall_curve(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> Curve:
    """The curve of a map (H, W) against a mask (H, W) over 256 thresholds."""
    precision, recall = rates_at_levels(cut_to_levels(stretched(saliency)), object_pixels(mask))
    return Curve(precision, recall, f_of(precision, recall))


def cut_to_levels(values: Floats) -> npt.NDArray[np.int64]:
    """A map in 0..1 as whole levels 0..255, each cut off to the level below."""
    return (values * (LEVELS - 1)).astype(np.int64)


def max_f_of_mean_curve(f_curves: npt.ArrayLike) -> float:
    """The maximum over thresholds of the mean F over pictures; (N, 256) curves of F.

    Papers print this as max F. `masks.max_f`, the F of mean precision and mean recall, is larger
    or smaller by some hundredths: say which is meant.
    """
    return float(np.asarray(f_curves, dtype=np.float64).mean(axis=0).max())


def mean_f(f_curve: npt.ArrayLike) -> float:
    """The mean of F over thresholds; of a picture (256,) or of a set (N, 256)."""
    return float(np.asarray(f_curve, dtype=np.float64).mean())


def adaptive_threshold(values: Floats) -> float:
    """Twice the mean of a map in 0..1, at most 1 (Achanta et al., CVPR 2009)."""
    return min(2 * float(values.mean()), 1.0)


def adaptive_f(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """F at twice the map's mean, with beta squared 0.3; 0 where the choice misses the object."""
    values, inside = stretched(saliency), object_pixels(mask)
    chosen = values >= adaptive_threshold(values)
    hits = int((chosen & inside).sum())
    if hits == 0:
        return 0.0
    precision = np.float64(hits / int(chosen.sum()))
    return float(f_of(np.asarray(precision), np.asarray(hits / int(inside.sum()))))


def weighted_f(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """Weighted F with beta 1 (Margolin, Zelnik-Manor, Tal, CVPR 2014).

    Errors inside the object count with their neighbours' (equation 7: a Gaussian of 5 pixels in a
    window of 7), those outside count more the farther from the object (equation 9). 0 for an empty
    mask.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    try:
        from scipy import ndimage
    except ImportError as missing:
        raise MissingExtraError("the weighted F-measure", "foveate-research") from missing
    values, inside = stretched(saliency), object_pixels(mask)
    if not inside.any():
        return 0.0
    outside = ~inside
    distance, nearest = ndimage.distance_transform_edt(outside, return_indices=True)
    error = np.abs(values - inside)
    carried = error.copy()
    carried[outside] = error[nearest[0][outside], nearest[1][outside]]
    offsets = np.arange(-WEIGHTED_RADIUS, WEIGHTED_RADIUS + 1)
    kernel = np.exp(-(offsets**2) / (2 * WEIGHTED_SIGMA**2))
    kernel /= kernel.sum()
    shared = ndimage.correlate1d(carried, kernel, axis=0, mode="constant")
    shared = ndimage.correlate1d(shared, kernel, axis=1, mode="constant")
    least = np.where(inside & (shared < error), shared, error)
    importance = np.where(outside, 2 - np.exp(np.log(0.5) / 5 * distance), 1.0)
    weighted = least * importance
    found = float(inside.sum() - weighted[inside].sum())
    recall = 1 - float(weighted[inside].mean())
    precision = found / (found + float(weighted[outside].sum()) + EPSILON)
    return 2 * recall * precision / (recall + precision + EPSILON)
