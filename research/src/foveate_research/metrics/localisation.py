"""How well a map points at objects: pointing game, energy in mask, rank inside a class's region."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FOUND_RANK = 0.7
"""A class counts as found when the map's mean percentile rank on it is at least this."""

OTHER_RANKS = (0.6, 0.8)
"""Reported beside it, to show how the choice of the threshold bears on the result."""


def pointing_game(saliency: npt.ArrayLike, region: npt.ArrayLike, *, tolerance_px: int = 0) -> bool:
    """Whether the map's maximum lies in the region (Zhang et al., ECCV 2016).

    saliency (H, W) real; region (H, W) bool. With a tolerance, within that distance of it (their
    paper allows 15 pixels). Of several equal maxima at least half must lie in it, so that a flat
    map gains nothing.
    """
    values, inside = np.asarray(saliency, dtype=np.float64), np.asarray(region, dtype=np.bool_)
    if not inside.any():
        return False
    peaks = np.argwhere(values == values.max())
    hits = inside[peaks[:, 0], peaks[:, 1]]
    if tolerance_px > 0 and not hits.all():
        places = np.argwhere(inside)
        for index in np.flatnonzero(~hits)[:1000]:
            squared = ((places - peaks[index]) ** 2).sum(axis=1).min()
            hits[index] = squared <= tolerance_px**2
    return bool(hits.mean() >= 0.5)


def energy_in_mask(saliency: npt.ArrayLike, region: npt.ArrayLike) -> float:
    """The share of the map's sum that lies in the region; in [0, 1].

    Negative values count as 0; a map without energy has the region's share of the area.
    """
    values = np.maximum(np.asarray(saliency, dtype=np.float64), 0)
    inside = np.asarray(region, dtype=np.bool_)
    total = float(values.sum())
    return float(values[inside].sum()) / total if total > 0 else float(inside.mean())


def percentile_ranks(saliency: npt.ArrayLike) -> Floats:
    """(H, W) share of the picture's pixels that a pixel is above, equals counting half; in (0, 1).

    The mean over a picture is 0.5 for every map.
    """
    values = np.asarray(saliency, dtype=np.float64)
    _, which, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    ranks = (below + counts / 2) / values.size
    return np.asarray(ranks[which.ravel()].reshape(values.shape))
