"""How much each pixel counts when a metric is averaged: a saliency map, or a mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[Any] | None


def check_weights(weights: Weights, reference: npt.NDArray[Any]) -> Weights:
    """The weights, or None where they single out nothing (all zero, as no weights at all).

    Raises ValueError unless they are (H, W) of the picture's size, finite and not negative.
    """
    if weights is None:
        return None
    if weights.shape != reference.shape[:2]:
        raise ValueError(f"the weights are {weights.shape}, the picture {reference.shape[:2]}")
    if weights.dtype != np.bool_:
        least, most = weights.min(), weights.max()
        if not (np.isfinite(least) and np.isfinite(most)):
            raise ValueError("weights must be finite")
        if least < 0:
            raise ValueError(f"weights must not be negative; the least is {least}")
    return weights if weights.any() else None
