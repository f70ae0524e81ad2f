"""What may be seen of a file that is to be as good as plain JPEG at a quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.base import Weights
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING
from foveate.coders.plain.eye_limits import BACKGROUND_SHARE, excess_of, log_ratio
from foveate.coders.plain.masking import REACH, SENSITIVITY, block_contrast
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality.eye_weights import scale_weights
from foveate.pictures import Picture, read_picture
from foveate.pictures.transparency import WHITE
from foveate.settings import Settings

Pixels = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]

_LEAST_SIDE = 16
"""Smaller pictures are filled up with their last samples: the model sees none of them else."""
_BLACK = (0, 0, 0)
_STEPS = [1.0] * 64


class Limits:
    """What plain JPEG shows: where people look at one quality, in the background at another.

    They are the limits of `foveate.coders.plain.eye_limits`, kept by the decoded file. A picture
    with transparency keeps them on white and on black, so that what is light or dark is seen.
    """

    def __init__(
        self,
        picture: Picture,
        weights: Field | None,
        *,
        quality: int,
        floor: int,
        share: float,
        subsampling: str,
        threads: int,
    ) -> None:
        """share: PSNR-HVS-M's in the mixture of both models."""
        self._share = share
        grounds = [WHITE] if picture.transparency is None else [WHITE, _BLACK]
        self._judges = []
        for ground in grounds:
            kept = picture.transparency
            pixels = picture.pixels if kept is None else kept.on(ground)
            judge = _Judge(pixels, weights, threads)
            limit = judge.seen(plain_jpeg(pixels, quality, subsampling=subsampling), ground)
            if limit.background is not None:
                at_floor = plain_jpeg(pixels, floor, subsampling=subsampling)
                limit = judge.seen(at_floor, ground).with_foreground_of(limit)
            self._judges.append((ground, judge, limit))

    @classmethod
    def asked(
        cls, picture: Picture, weights: Weights, settings: Settings, *, subsampling: str
    ) -> Limits:
        """Those of checked settings whose target is a quality."""
        assert settings.quality is not None
        assert settings.floor is not None
        return cls(
            picture,
            weights.of_blocks(
                boldness=EYE_TUNING.boldness, marked_boldness=EYE_TUNING.marked_boldness
            ),
            quality=settings.quality,
            floor=settings.floor,
            share=EYE_TUNING.visible,
            subsampling=subsampling,
            threads=settings.threads or 1,
        )

    def excess(self, data: bytes) -> float:
        """The log of the worst ratio of what is seen to its limit: 0 or less where all are kept."""
        return max(
            judge.seen(data, ground).excess_over(limit, self._share)
            for ground, judge, limit in self._judges
        )


@dataclass(frozen=True)
class _Seen:
    """What models see of a copy: SSIMULACRA 2's sums, and PSNR-HVS-M's visible error."""

    structure: float
    visible: float
    background: float | None

    def with_foreground_of(self, other: _Seen) -> _Seen:
        return _Seen(other.structure, other.visible, self.background)

    def excess_over(self, limit: _Seen, share: float) -> float:
        structure = log_ratio(self.structure, limit.structure)
        worst = excess_of(structure, log_ratio(self.visible, limit.visible), share=share)
        if self.background is None or limit.background is None:
            return worst
        return max(worst, log_ratio(self.background, limit.background))


class _Judge:
    """An original as the models see it, ready to be compared with files."""

    def __init__(self, pixels: Pixels, weights: Field | None, threads: int) -> None:
        self._threads = threads
        self._original = _filled_up(pixels)
        height, width = self._original.shape[:2]
        self._scales = scale_weights(height, width)
        grid = -(-height // 8), -(-width // 8)
        self._fields = [None if weights is None else _on_grid(weights, grid)]
        background = None if weights is None else _background(weights)
        if background is not None:
            self._fields.append(_on_grid(background, grid))
        self._luma = native.forward(self._original, False, threads)[0]
        self._hidden, _ = block_contrast(self._luma, grid, threads=threads)
        self._hidden = _on_grid(self._hidden, self._luma.shape[:2])

    def seen(self, data: bytes, ground: tuple[int, int, int]) -> _Seen:
        """What is seen of a file on a ground."""
        copy = read_picture(data, keep_alpha=True)
        pixels = copy.pixels if copy.transparency is None else copy.transparency.on(ground)
        decoded = _filled_up(pixels)
        if decoded.ndim != self._original.ndim:
            decoded = np.ascontiguousarray(decoded[..., 0])
        structure, *background = native.ssimulacra2_sums(
            self._original, decoded, self._scales, self._fields, self._threads
        )
        visible = native.visible_error(
            self._luma,
            _STEPS,
            native.forward(decoded, False, self._threads)[0],
            self._hidden,
            REACH,
            SENSITIVITY,
            self._luma.shape[:2],
            self._fields[0],
            self._threads,
        )
        return _Seen(structure, visible, background[0] if background else None)


def _background(weights: Field) -> Field | None:
    """The blocks up to the median; None where all matter alike."""
    low = (weights <= np.median(weights)) & (weights < weights.max())
    if not low.any():
        return None
    return np.asarray(np.maximum(low, BACKGROUND_SHARE), np.float32)


def _filled_up(pixels: Pixels) -> Pixels:
    short = [(0, max(_LEAST_SIDE - side, 0)) for side in pixels.shape[:2]]
    short += [(0, 0)] * (pixels.ndim - 2)
    return np.ascontiguousarray(np.pad(pixels, short, mode="edge"))


def _on_grid(field: Field, grid: tuple[int, ...]) -> Field:
    missing = [(0, whole - own) for whole, own in zip(grid, field.shape, strict=True)]
    return np.ascontiguousarray(np.pad(field, missing, mode="edge"))
