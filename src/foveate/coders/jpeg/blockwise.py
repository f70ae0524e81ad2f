"""Luma error block by block, and the plain JPEG that takes as many bytes as a file."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.plain import nearest_quality, opened_jpeg
from foveate.colour import CB_OF_RGB, CR_OF_RGB, LUMA_OF_RGB

_SAMPLE_PIXELS = 1_000_000
_ROWS_AT_ONCE = 4  # few enough to stay in the cache
_NO_ERROR = 1e-9  # what rounding of floats leaves
_YCBCR = np.array([LUMA_OF_RGB, CB_OF_RGB, CR_OF_RGB], np.float32).T.copy()
"""R, G, B down, Y, Cb, Cr across."""


def block_grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the 8x8 luma blocks that hold a picture."""
    return -(-height // 8), -(-width // 8)


def decoded_mse(pixels: npt.NDArray[np.uint8], data: bytes) -> npt.NDArray[np.float32]:
    """Mean squared error of a file's 8x8 blocks: (planes, rows, cols) of Y, Cb, Cr, or of grey.

    Border blocks over the pixels they have.
    """
    decoded = np.asarray(opened_jpeg(data))
    height, width = pixels.shape[:2]
    rows, cols = block_grid(height, width)
    starts = np.arange(0, width, 8)
    widths = np.minimum(8, width - starts)
    out = np.empty((1 if pixels.ndim == 2 else 3, rows, cols), np.float32)
    for top in range(0, rows, _ROWS_AT_ONCE):
        bottom = min(8 * (top + _ROWS_AT_ONCE), height)
        difference = pixels[8 * top : bottom].astype(np.float32) - decoded[8 * top : bottom]
        planes = difference[None] if pixels.ndim == 2 else np.moveaxis(difference @ _YCBCR, -1, 0)
        across = np.add.reduceat(planes**2, starts, axis=2)
        tops = np.arange(0, difference.shape[0], 8)
        heights = np.minimum(8, difference.shape[0] - tops)
        sums = np.add.reduceat(across, tops, axis=1)
        out[:, top : top + len(tops)] = sums / (heights[:, None] * widths)
    return out


def decoded_luma_mse(pixels: npt.NDArray[np.uint8], data: bytes) -> npt.NDArray[np.float32]:
    """Mean squared luma error of a file's 8x8 blocks (rows, cols)."""
    return np.asarray(decoded_mse(pixels, data)[0])


def psnr_of_blocks(
    mse: npt.NDArray[np.float32], chosen: npt.NDArray[np.bool_] | None = None
) -> float | None:
    """PSNR in dB (peak 255) over blocks, all of them by default; None where nothing differs."""
    values = mse if chosen is None else mse[chosen]
    error = float(values.mean(dtype=np.float64)) if values.size else 0.0
    return 10 * math.log10(255**2 / error) if error > _NO_ERROR else None


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
