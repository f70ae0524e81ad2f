"""S-measure: how like a mask a map's structure is (Fan et al., "Structure-measure", ICCV 2017)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate_research.metrics.masks import Floats, object_pixels, stretched

ALPHA = 0.5  # the object's share; the regions' is the rest (equation 6)
EPSILON = float(np.spacing(1.0))

Pixels = npt.NDArray[np.bool_]


def s_measure(saliency: npt.ArrayLike, mask: npt.ArrayLike) -> float:
    """S of a map (H, W), stretched to 0..1, against a mask (H, W); in [0, 1].

    An empty mask scores 1 minus the map's mean, a full one the map's mean.
    """
    values, inside = stretched(saliency), object_pixels(mask)
    share = float(inside.mean())
    if share == 0:
        return 1 - float(values.mean())
    if share == 1:
        return float(values.mean())
    s = ALPHA * _object_score(values, inside) + (1 - ALPHA) * _region_score(values, inside)
    return max(0.0, s)


def _object_score(values: Floats, inside: Pixels) -> float:
    """Equations 3 to 5: bright and even on the object, dark and even off it."""
    share = float(inside.mean())
    return share * _evenness(values[inside]) + (1 - share) * _evenness(1 - values[~inside])


def _evenness(values: Floats) -> float:
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return 2 * mean / (mean**2 + 1 + spread + EPSILON)


def _region_score(values: Floats, inside: Pixels) -> float:
    """Equation 2: the likeness of the four parts around the object's centroid, by their areas."""
    height, width = inside.shape
    row, column = (int(place) + 1 for place in np.argwhere(inside).mean(axis=0).round())
    score = 0.0
    for rows in (slice(0, row), slice(row, height)):
        for columns in (slice(0, column), slice(column, width)):
            part = values[rows, columns]
            if part.size:
                likeness = _likeness(part, inside[rows, columns].astype(np.float64))
                score += part.size / inside.size * likeness
    return score


def _likeness(first: Floats, second: Floats) -> float:
    """SSIM over a whole region, without constants (equation 1)."""
    count = first.size - 1 + EPSILON
    mean_first, mean_second = float(first.mean()), float(second.mean())
    variances = float(((first - mean_first) ** 2).sum() + ((second - mean_second) ** 2).sum())
    covariance = float(((first - mean_first) * (second - mean_second)).sum())
    common = 4 * mean_first * mean_second * covariance / count
    whole = (mean_first**2 + mean_second**2) * variances / count
    if common != 0:
        return common / (whole + EPSILON)
    return 1.0 if whole == 0 else 0.0
