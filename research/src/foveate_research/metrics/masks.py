"""Maps as binary decisions: precision, recall and maximum F over a set, mean absolute error.

The other measures of maps against masks stand in f_measure.py, structure.py and alignment.py.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BETA_SQUARED = 0.3  # Achanta et al., CVPR 2009: precision counts more
LEVELS = 256


def precision_and_recall(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Precision and recall at 256 thresholds, high to low, of a map stretched to 0..1.

    saliency (H, W) real; mask (H, W), an object where above its type's middle (0.5 for floats).
    The map is rounded to the nearest of 256 levels; `f_measure.precision_recall_curve` cuts it off
    to the level below instead, as published tools do.
    """
    levels = np.rint(stretched(saliency) * (LEVELS - 1)).astype(np.int64)
    return rates_at_levels(levels, object_pixels(mask))


def max_f(curves: Iterable[tuple[Floats, Floats]]) -> float:
    """The maximum over thresholds of the F of mean precision and mean recall over pictures.

    Not the maximum of the mean F of the pictures: that is `f_measure.max_f_of_mean_curve`.
    """
    pairs = list(curves)
    precision = np.mean([pair[0] for pair in pairs], axis=0)
    recall = np.mean([pair[1] for pair in pairs], axis=0)
    return float(f_of(precision, recall).max())


def mean_absolute_error(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """Mean absolute difference of a map stretched to 0..1 and a mask of 0 and 1."""
    return float(np.abs(stretched(saliency) - object_pixels(mask)).mean())


def f_of(precision: Floats, recall: Floats) -> Floats:
    """F of precision and recall, each (...), with beta squared 0.3; 0 where both are 0."""
    f = (1 + BETA_SQUARED) * precision * recall
    return np.asarray(f / np.maximum(BETA_SQUARED * precision + recall, 1e-12))


def rates_at_levels(
    levels: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
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
