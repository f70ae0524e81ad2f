"""How well a saliency map points at objects: the pointing game, and the energy in a mask."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def pointing_game(saliency: npt.ArrayLike, region: npt.NDArray[np.bool_]) -> bool:
    """Tells whether the maximum of a map (H, W) lies in a region (Zhang et al., ECCV 2016).

    At least half of several equal maxima must lie in it, so that a flat map gains nothing.
    """
    values = np.asarray(saliency)
    return bool(region[values == values.max()].mean() >= 0.5)


def energy_in_mask(saliency: npt.ArrayLike, region: npt.NDArray[np.bool_]) -> float:
    """The share of the sum of a map (H, W) that lies in a region; in 0..1.

    Negative values count as 0; a map without energy has the region's share of the area.
    """
    values = np.maximum(np.asarray(saliency, dtype=np.float64), 0)
    total = float(values.sum())
    return float(values[region].sum()) / total if total > 0 else float(region.mean())
