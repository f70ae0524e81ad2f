"""Pictures as vectors: 4x4 blocks of luma, and 4x4 blocks of halved Cb and Cr side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SIDE = 4
MULTIPLE = 2 * SIDE
"""Pictures are padded to whole chroma blocks, of so many pixels a side."""
CHANNELS = {"luma": 1, "chroma": 2}


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of some channels in rows and columns.

    means (rows, cols, channels): of each block. details (rows * cols, 16 * channels): the samples
    less the means.
    """

    means: Floats
    details: Floats

    @staticmethod
    def of(planes: Floats) -> Blocks:
        """Planes (H, W, channels) of sides that are multiples of 4."""
        height, width, channels = planes.shape
        shape = height // SIDE, SIDE, width // SIDE, SIDE, channels
        tiles = planes.reshape(shape).transpose(0, 2, 4, 1, 3)
        means = tiles.mean(axis=(3, 4))
        details = tiles - means[..., None, None]
        return Blocks(means, details.reshape(-1, SIDE * SIDE * channels))

    def planes(self) -> Floats:
        """(H, W, channels): the samples again."""
        rows, cols, channels = self.means.shape
        tiles = self.details.reshape(rows, cols, channels, SIDE, SIDE)
        tiles = tiles + self.means[..., None, None]
        return np.asarray(
            tiles.transpose(0, 3, 1, 4, 2).reshape(rows * SIDE, cols * SIDE, channels), np.float32
        )


def blocks_of(pixels: Pixels) -> dict[str, Blocks]:
    """(H, W, 3) sRGB as blocks of "luma" and "chroma"."""
    height, width = pixels.shape[:2]
    below, right = -height % MULTIPLE, -width % MULTIPLE
    padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")
    ycc = np.asarray(Image.fromarray(padded).convert("YCbCr"), np.float32)
    rows, cols = ycc.shape[0] // 2, ycc.shape[1] // 2
    halved = ycc[..., 1:].reshape(rows, 2, cols, 2, 2).mean(axis=(1, 3), dtype=np.float32)
    return {"luma": Blocks.of(ycc[..., :1]), "chroma": Blocks.of(np.asarray(halved, np.float32))}


def picture_of(blocks: dict[str, Blocks], height: int, width: int) -> Pixels:
    """The (height, width, 3) picture of its blocks."""
    luma = _bytes(blocks["luma"].planes()[..., 0])
    size = luma.shape[1], luma.shape[0]
    chroma = _bytes(blocks["chroma"].planes())
    halves = [Image.fromarray(np.ascontiguousarray(chroma[..., at])) for at in range(2)]
    doubled = [half.resize(size, Image.Resampling.BILINEAR) for half in halves]
    merged = Image.merge("YCbCr", [Image.fromarray(luma), *doubled]).convert("RGB")
    return np.asarray(merged)[:height, :width]


def weights_of(weights: Floats | None, blocks: dict[str, Blocks]) -> dict[str, Floats]:
    """How much each block counts: weights of 8x8 pixels, or None where all count the same."""
    rows, cols = blocks["chroma"].means.shape[:2]
    whole = np.ones((rows, cols), np.float32) if weights is None else weights
    return {"luma": whole.repeat(2, axis=0).repeat(2, axis=1).ravel(), "chroma": whole.ravel()}


def _bytes(planes: Floats) -> Pixels:
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8)
