"""How well maps find objects: maximum F, mean absolute error."""

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
    """
    levels = np.rint(stretched(saliency) * (LEVELS - 1)).astype(np.int64).ravel()
    inside = _object(mask).ravel()
    hits = np.bincount(levels[inside], minlength=LEVELS)[::-1].cumsum()
    chosen = np.bincount(levels, minlength=LEVELS)[::-1].cumsum()
    precision = hits / np.maximum(chosen, 1)
    recall = hits / max(int(inside.sum()), 1)
    return precision.astype(np.float64), recall.astype(np.float64)


def max_f(curves: Iterable[tuple[Floats, Floats]]) -> float:
    """The maximum over thresholds of the F of mean precision and mean recall over pictures."""
    pairs = list(curves)
    precision = np.mean([pair[0] for pair in pairs], axis=0)
    recall = np.mean([pair[1] for pair in pairs], axis=0)
    f = (1 + BETA_SQUARED) * precision * recall
    return float((f / np.maximum(BETA_SQUARED * precision + recall, 1e-12)).max())


def mean_absolute_error(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """Mean absolute difference of a map stretched to 0..1 and a mask of 0 and 1."""
    return float(np.abs(stretched(saliency) - _object(mask)).mean())


def stretched(saliency: npt.ArrayLike) -> Floats:
    """A map moved to 0..1, its extremes at the ends; a flat map is 0."""
    values = np.asarray(saliency, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def _object(mask: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True on the object."""
    values = np.asarray(mask)
    if values.dtype == np.bool_:
        return values
    middle = np.iinfo(values.dtype).max / 2 if np.issubdtype(values.dtype, np.integer) else 0.5
    return np.asarray(values > middle)
