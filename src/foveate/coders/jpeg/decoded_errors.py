"""The error of each block of a finished file, as a decoder shows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.headers import opened_jpeg
from foveate.colour import CB_OF_RGB, CR_OF_RGB, LUMA_OF_RGB

_ROWS_AT_ONCE = 4  # few enough to stay in the cache
_YCBCR = np.array([LUMA_OF_RGB, CB_OF_RGB, CR_OF_RGB], np.float32).T.copy()
"""R, G, B down, Y, Cb, Cr across."""


def decoded_mse(pixels: npt.NDArray[np.uint8], data: bytes) -> npt.NDArray[np.float32]:
    """The mean squared error of each 8x8 block of a JPEG file.

    Args:
        pixels: uint8 (H, W, 3) sRGB or (H, W) grey, which the file was made of.
        data: the file.

    Returns:
        float32 (planes, ceil(H / 8), ceil(W / 8)): planes are Y, Cb and Cr, or grey. A block at
        the border has the mean over the pixels that it has.
    """
    decoded = np.asarray(opened_jpeg(data))
    height, width = pixels.shape[:2]
    rows, cols = -(-height // 8), -(-width // 8)
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
