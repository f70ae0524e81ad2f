"""E-measure: how a binary map aligns with a mask, pixels and whole (Fan et al., IJCAI 2018)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate_research.metrics.f_measure import adaptive_threshold, cut_to_levels
from foveate_research.metrics.masks import LEVELS, Floats, object_pixels, stretched

EPSILON = float(np.spacing(1.0))


def e_curve(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> Floats:
    """E at 256 thresholds, high to low, (256,): its mean is mean E, a set's maximum is max E."""
    levels, inside = cut_to_levels(stretched(saliency)), object_pixels(mask)
    hits = np.bincount(levels[inside], minlength=LEVELS)[::-1].cumsum()
    false = np.bincount(levels[~inside], minlength=LEVELS)[::-1].cumsum()
    return _alignment(hits, false, int(inside.sum()), inside.size)


def adaptive_e(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """E at twice the map's mean."""
    values, inside = stretched(saliency), object_pixels(mask)
    chosen = values >= adaptive_threshold(values)
    hits, false = np.array([(chosen & inside).sum()]), np.array([(chosen & ~inside).sum()])
    return float(_alignment(hits, false, int(inside.sum()), inside.size)[0])


def _alignment(
    hits: npt.NDArray[np.int64], false: npt.NDArray[np.int64], on_object: int, total: int
) -> Floats:
    """Equations 2 to 5 from counts: hits and false (T,) chosen on and off the object.

    Every pixel belongs to one of four groups, chosen or not, on the object or off it, within which
    the enhanced alignment is one number: the mean over pixels needs counts only.
    """
    chosen = hits + false
    if on_object == 0:
        summed = (total - chosen).astype(np.float64)
    elif on_object == total:
        summed = chosen.astype(np.float64)
    else:
        share_chosen, share_object = chosen / total, on_object / total
        groups = (
            (hits, 1 - share_chosen, 1 - share_object),
            (false, 1 - share_chosen, -share_object),
            (on_object - hits, -share_chosen, 1 - share_object),
            (total - on_object - false, -share_chosen, -share_object),
        )
        summed = np.zeros(len(hits))
        for count, map_bias, mask_bias in groups:
            aligned = 2 * map_bias * mask_bias / (map_bias**2 + mask_bias**2 + EPSILON)
            summed += count * (aligned + 1) ** 2 / 4
    return np.asarray(summed / (total - 1 + EPSILON))
