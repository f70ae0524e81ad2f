"""Maps as decisions against masks of objects: precision, recall, F and mean absolute error.

The S-measure, the E-measure and the weighted F-measure come from the package pysodmetrics, which
published tables use (`foveate_research.maps.masks`). F is counted here, as that package counts it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.bool_]
BETA_SQUARED = 0.3  # Achanta et al., CVPR 2009: precision counts more
LEVELS = 256


def cut_to_levels(values: Floats) -> npt.NDArray[np.int64]:
    """A map (H, W) in 0..1 as whole levels 0..255, each cut off to the level below.

    Published tools cut; `rounded_to_levels` rounds.
    """
    return (values * (LEVELS - 1)).astype(np.int64)


def rounded_to_levels(values: Floats) -> npt.NDArray[np.int64]:
    """A map (H, W) in 0..1 as the nearest of 256 levels."""
    return np.rint(values * (LEVELS - 1)).astype(np.int64)


def adaptive_f(values: Floats, inside: Pixels) -> float:
    """F at twice the mean of a map (H, W) in 0..1; 0 where the choice misses the object."""
    chosen = values >= min(2 * float(values.mean()), 1.0)
    hits = int((chosen & inside).sum())
    if hits == 0:
        return 0.0
    precision = np.float64(hits / int(chosen.sum()))
    return float(f_of(np.asarray(precision), np.asarray(hits / int(inside.sum()))))


def f_of(precision: Floats, recall: Floats) -> Floats:
    """F of precision and recall, arrays of one shape, with beta squared 0.3; 0 where both are 0."""
    f = (1 + BETA_SQUARED) * precision * recall
    return np.asarray(f / np.maximum(BETA_SQUARED * precision + recall, 1e-12))


def rates_at_levels(levels: npt.NDArray[np.int64], inside: Pixels) -> tuple[Floats, Floats]:
    """Precision and recall, each (256,), of "level >= threshold", thresholds from high to low.

    levels (H, W) in 0..255; inside (H, W) true on the object. Where nothing is chosen, precision
    is 0; where there is no object, recall is 0.
    """
    hits = np.bincount(levels[inside].ravel(), minlength=LEVELS)[::-1].cumsum()
    chosen = np.bincount(levels.ravel(), minlength=LEVELS)[::-1].cumsum()
    precision = hits / np.maximum(chosen, 1)
    recall = hits / max(int(inside.sum()), 1)
    return precision.astype(np.float64), recall.astype(np.float64)


def stretched(saliency: npt.ArrayLike) -> Floats:
    """A map moved to 0..1, its extremes at the ends; a flat map stays as it is, within 0..1.

    Integers count as shares of their type's maximum.
    """
    given = np.asarray(saliency)
    values = given.astype(np.float64)
    if np.issubdtype(given.dtype, np.integer):
        values = values / np.iinfo(given.dtype).max
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.clip(values, 0, 1)


def object_pixels(mask: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True on the object: above the middle of an integer's range, above 0.5 for floats."""
    values = np.asarray(mask)
    if values.dtype == np.bool_:
        return values
    middle = np.iinfo(values.dtype).max / 2 if np.issubdtype(values.dtype, np.integer) else 0.5
    return np.asarray(values > middle)
