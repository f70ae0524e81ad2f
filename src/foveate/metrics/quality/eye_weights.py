"""What an encoder has to know of SSIMULACRA 2 to follow it: its weights, scale by scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.ssimulacra2 import LEAST_SIDE, WEIGHTS, WINDOW

_SEEN = 0.01
"""Weights below this never move the sum by as much as rounding does."""

SSIMULACRA2_WINDOW: npt.NDArray[np.float64] = WINDOW
"""The window of its blur."""


def scale_weights(height: int, width: int) -> npt.NDArray[np.float32]:
    """float32 (scales, 3, 6): of X, Y and B - Y, from full size down to what the picture allows.

    A row holds the weights of the means of structure lost, edges gained and edges lost, then of
    their 4-norms. Weights that hardly count are 0, and scales without any are left out. Pictures
    too small for all scales keep each scale's own weights; the metric moves them up.
    """
    weights = np.array(WEIGHTS).reshape(3, -1, 6).transpose(1, 0, 2)
    weights = np.where(weights < _SEEN, 0.0, weights)
    counting = np.flatnonzero(weights.any(axis=(1, 2)))[-1] + 1
    possible, side = 1, min(height, width)
    while side >= LEAST_SIDE:
        side = (side + 1) // 2
        possible += 1
        if possible >= counting:
            break
    return np.ascontiguousarray(weights[: min(counting, possible)], np.float32)
