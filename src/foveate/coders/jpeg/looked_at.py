"""How near files are to the picture where people look, in PSNR and PSNR-HVS-M."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.headers import opened_jpeg
from foveate.metrics.quality import psnr_hvs_m, psnr_y
from foveate.metrics.quality.psnr import SALIENT_PERCENTILE

Pixels = npt.NDArray[np.uint8]

_MOST_BLOCKS = 16_384
"""Of more blocks, a megapixel, some are taken, spread evenly."""


class LookedAt:
    """The fifth of a picture's blocks that matters most, as both metrics compare them."""

    def __init__(self, pixels: Pixels, weights: npt.NDArray[np.float32] | None) -> None:
        """`weights`: positive, one for each 8x8 block; None: all blocks count alike."""
        rows, cols = (max(side // 8, 1) for side in pixels.shape[:2])
        looked = np.ones((rows, cols), np.bool_)
        if weights is not None:
            whole = weights[:rows, :cols]
            salient = (whole >= np.percentile(whole, SALIENT_PERCENTILE)) & (whole > whole.min())
            looked = salient if salient.any() else looked
        places = np.flatnonzero(looked)
        self._places = places[:: -(-len(places) // _MOST_BLOCKS)]
        self._pixels = self._of(pixels)

    def _of(self, pixels: Pixels) -> Pixels:
        """The blocks, one below the other."""
        if min(pixels.shape[:2]) < 8:
            return pixels
        rows, cols = (side // 8 for side in pixels.shape[:2])
        blocks = pixels[: 8 * rows, : 8 * cols].reshape(rows, 8, cols, 8, -1).swapaxes(1, 2)
        row, col = np.divmod(self._places, cols)
        picked: Pixels = blocks[row, col].reshape(-1, 8, *pixels.shape[2:])
        return picked

    def psnrs(self, jpeg: bytes) -> tuple[float, float]:
        """PSNR of luma and PSNR-HVS-M of a file, in dB; inf where it shows the same pixels."""
        copy = self._of(np.asarray(opened_jpeg(jpeg)))
        return (
            psnr_y(self._pixels, copy, data_range=255),
            psnr_hvs_m(self._pixels, copy, data_range=255),
        )

    def is_no_worse(self, jpeg: bytes, other: bytes) -> bool:
        """Whether neither measure of the first file is lower than that of the other."""
        return all(a >= b for a, b in zip(self.psnrs(jpeg), self.psnrs(other), strict=True))
