"""Luma error block by block, and the plain JPEG that takes as many bytes as a file."""

from __future__ import annotations

import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.jpeg.plain import nearest_quality

_SAMPLE_PIXELS = 1_000_000
_BT601 = np.array([0.299, 0.587, 0.114], np.float32)


def block_grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the 8x8 luma blocks that hold a picture."""
    return -(-height // 8), -(-width // 8)


def _luma(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    values = pixels.astype(np.float32)
    return values if pixels.ndim == 2 else values @ _BT601


def decoded_luma_mse(pixels: npt.NDArray[np.uint8], data: bytes) -> npt.NDArray[np.float32]:
    """Mean squared luma error of a file's 8x8 blocks; border blocks over the pixels they have."""
    decoded = np.asarray(Image.open(io.BytesIO(data)))
    height, width = pixels.shape[:2]
    rows, cols = block_grid(height, width)
    starts = np.arange(0, width, 8)
    out = np.empty((rows, cols), np.float32)
    for row in range(rows):
        band = slice(8 * row, min(8 * row + 8, height))
        error = (_luma(pixels[band]) - _luma(decoded[band])) ** 2
        sums = np.add.reduceat(error.sum(axis=0), starts)
        out[row] = sums / (np.minimum(8, width - starts) * error.shape[0])
    return out


def psnr_of_blocks(
    mse: npt.NDArray[np.float32], chosen: npt.NDArray[np.bool_] | None = None
) -> float | None:
    """PSNR in dB (peak 255) over blocks, all of them by default; None where nothing differs."""
    values = mse if chosen is None else mse[chosen]
    error = float(values.mean(dtype=np.float64)) if values.size else 0.0
    return 10 * math.log10(255**2 / error) if error > 0 else None


def _strips(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Every n-th 16 rows of a large picture, joined: enough to know what plain JPEG makes of it."""
    height, width = pixels.shape[:2]
    skip = height * width // _SAMPLE_PIXELS
    starts = range(16 * (skip // 2), height - 15, 16 * max(skip, 1))
    if skip <= 1 or len(starts) == 0:
        return pixels
    return np.concatenate([pixels[y : y + 16] for y in starts])


def plain_quality_of(pixels: npt.NDArray[np.uint8], size_bytes: int, subsampling: str) -> int:
    """Quality at which Pillow's JPEG takes about `size_bytes`; large pictures by a sample."""
    part = _strips(pixels)
    share = part.shape[0] / pixels.shape[0]
    return nearest_quality(part, max(1, round(size_bytes * share)), subsampling=subsampling)
