"""Saliency map to block weights: rank in the picture, then a curve fitted on human fixations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.saliency.map import SaliencyMap
from foveate.settings import Box

CURVE_RANKS = np.array(
    [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.825, 0.875, 0.925, 0.975], np.float32
)
CURVE_LOG_WEIGHTS = np.array(
    [0.0, 0.071, 0.475, 0.803, 1.324, 2.166, 2.628, 3.41, 3.927, 4.167, 4.366, 4.522], np.float32
)
"""Log of the likelihood that people look there, plus 0.01: `results/weight-curve.json`."""

FEATHER_BLOCKS = 1.0
"""Standard deviation, in blocks, of the blur that keeps hard-edged maps from showing a seam."""


def ranks(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The share of a picture's blocks that lie below each, equals counting half: in (0, 1)."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    share = (below + 0.5 * counts) / values.size
    return np.asarray(share[index.reshape(-1)].reshape(values.shape), dtype=np.float32)


def is_mask(values: npt.NDArray[np.float32]) -> bool:
    """Whether a map has exactly two values."""
    low, high = values.min(), values.max()
    return bool(low < high and ((values == low) | (values == high)).all())


def touched_blocks(boxes: Sequence[Box], rows: int, cols: int) -> npt.NDArray[np.bool_]:
    """Which of (rows, cols) 8x8 blocks a box reaches into."""
    touched = np.zeros((rows, cols), np.bool_)
    for x, y, width, height in boxes:
        touched[y // 8 : -(-(y + height) // 8), x // 8 : -(-(x + width) // 8)] = True
    return touched


def block_weights(
    values: npt.NDArray[np.float32],
    confidence: float,
    *,
    protect: Sequence[Box] = (),
    boldness: float,
    marked_boldness: float | None = None,
) -> npt.NDArray[np.float32] | None:
    """How much the squared error of each 8x8 block counts.

    Args:
        values: the map on the picture's grid of blocks, float32 (rows, cols).
        confidence: of the map, in [0, 1]; scales the logarithm of every weight.
        protect: boxes whose blocks count as much as the most salient of a sure map.
        boldness: power of all weights: how far the coder acts on what it knows.
        marked_boldness: that of boxes, where it is another one.

    Returns:
        Positive float32 (rows, cols) of geometric mean 1; None where all blocks weigh the same.
    """
    log_weights = np.interp(ranks(values), CURVE_RANKS, CURVE_LOG_WEIGHTS).astype(np.float32)
    log_weights *= np.float32(confidence * boldness)
    if np.ptp(values) == 0:
        log_weights[:] = 0.0
    if protect:
        power = boldness if marked_boldness is None else marked_boldness
        log_weights[touched_blocks(protect, *values.shape)] = power * CURVE_LOG_WEIGHTS[-1]
    if np.ptp(log_weights) == 0:
        return None
    log_weights = gaussian_blurred(
        log_weights, FEATHER_BLOCKS, radius=ceil(3 * FEATHER_BLOCKS), edges="edge"
    )
    centred = log_weights - np.float32(log_weights.mean(dtype=np.float64))
    return np.asarray(np.exp(centred), np.float32)


def block_maxima(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The highest value in each 8x8 block of (H, W) values: (ceil(H / 8), ceil(W / 8))."""
    rows, cols = (np.arange(0, side, 8) for side in values.shape)
    highest: npt.NDArray[np.float32] = np.maximum.reduceat(
        np.maximum.reduceat(values, rows, axis=0), cols, axis=1
    )
    return highest


@dataclass(frozen=True, eq=False)
class Weights:
    """How much each part of a picture counts: what a coder is given.

    saliency: the map of the picture. protect: boxes that count as much as the most salient.
    """

    saliency: SaliencyMap
    protect: tuple[Box, ...] = ()

    def of_blocks(
        self, *, boldness: float, marked_boldness: float | None = None
    ) -> npt.NDArray[np.float32] | None:
        """How much the squared error of each 8x8 block counts; see `block_weights`.

        A map of two values is a mask that someone has marked, and has the boldness of boxes.
        """
        saliency = self.saliency
        if marked_boldness is not None and is_mask(saliency.coarse):
            boldness = marked_boldness
        return block_weights(
            saliency.of_blocks(),
            saliency.confidence,
            protect=self.protect,
            boldness=boldness,
            marked_boldness=marked_boldness,
        )

    def highest(self) -> npt.NDArray[np.float32]:
        """The highest value of the map in each 8x8 block, in [0, 1]; 1 in protected boxes."""
        values = block_maxima(self.saliency.values)
        values[touched_blocks(self.protect, *values.shape)] = 1.0
        return values
