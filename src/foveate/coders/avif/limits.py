"""What may be seen of a file that is to be as good as plain JPEG at a quality."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality.eye_weights import scale_weights
from foveate.pictures import read_picture

Pixels = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]

_LEAST_SIDE = 16
"""Smaller pictures are filled up with their last samples: the model sees none of them else."""
_UNSEEN = 1e-3
"""The least of SSIMULACRA 2's raw sums that is told from none; 0.3 is a score of 94."""
_BACKGROUND_SHARE = 0.001
"""What the foreground counts where the background is looked at: a field has no zeros."""


class Limits:
    """SSIMULACRA 2's sums of plain JPEG: where people look at one quality, in the background at
    another.

    Where people look its sum is pooled by the weights of blocks; the background is the half of the
    blocks that matters less. They are the limits that JPEGs by the tune vision keep, but for
    PSNR-HVS-M, which only a JPEG's own coefficients tell.
    """

    def __init__(
        self,
        pixels: Pixels,
        weights: Field | None,
        *,
        quality: int,
        floor: int,
        subsampling: str,
        threads: int,
    ) -> None:
        self._threads = threads
        self._original = _filled_up(pixels)
        height, width = self._original.shape[:2]
        self._scales = scale_weights(height, width)
        grid = -(-height // 8), -(-width // 8)
        fields = [None if weights is None else _on_grid(weights, grid)]
        background = None if weights is None else _background(weights)
        if background is not None:
            fields.append(_on_grid(background, grid))
        self._fields = fields
        plain = plain_jpeg(pixels, quality, subsampling=subsampling)
        self._limits = self._sums(plain)
        if background is not None:
            at_floor = plain_jpeg(pixels, floor, subsampling=subsampling)
            self._limits[1] = self._sums(at_floor)[1]

    def excess(self, data: bytes) -> float:
        """The log of the worst ratio of what is seen to its limit: 0 or less where all are kept."""
        seen = self._sums(data)
        return max(
            math.log((own + _UNSEEN) / (limit + _UNSEEN))
            for own, limit in zip(seen, self._limits, strict=True)
        )

    def _sums(self, data: bytes) -> list[float]:
        decoded = _filled_up(read_picture(data).pixels)
        if decoded.ndim != self._original.ndim:
            decoded = np.ascontiguousarray(decoded[..., 0])
        return native.ssimulacra2_sums(
            self._original, decoded, self._scales, self._fields, self._threads
        )


def _background(weights: Field) -> Field | None:
    """The blocks up to the median; None where all matter alike."""
    low = (weights <= np.median(weights)) & (weights < weights.max())
    if not low.any():
        return None
    return np.asarray(np.maximum(low, _BACKGROUND_SHARE), np.float32)


def _filled_up(pixels: Pixels) -> Pixels:
    short = [(0, max(_LEAST_SIDE - side, 0)) for side in pixels.shape[:2]]
    short += [(0, 0)] * (pixels.ndim - 2)
    return np.ascontiguousarray(np.pad(pixels, short, mode="edge"))


def _on_grid(field: Field, grid: tuple[int, int]) -> Field:
    missing = [(0, whole - own) for whole, own in zip(grid, field.shape, strict=True)]
    return np.ascontiguousarray(np.pad(field, missing, mode="edge"))
