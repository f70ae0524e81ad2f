"""Weights that say how much each pixel counts in a metric's mean: a saliency map, or a mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[Any] | None


def check_weights(weights: Weights, reference: npt.NDArray[Any]) -> Weights:
    """The weights; None where all are zero, which means the same as no weights.

    Raises ValueError unless the weights are (H, W) as the picture, finite and at least 0.
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
