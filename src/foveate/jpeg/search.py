"""What both searches share: a sample of the blocks, and a secant that stays in its bracket."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.jpeg.encoder import Blocks, Component, Encoder, Quantised

SMALLEST_SCALE = 0.25
LARGEST_SCALE = 4096.0
"""Every step is 1 at the smallest; at the largest it is 255, and hardly a level is left."""

SAMPLE_BLOCKS = 16_384
"""Luma blocks that a search looks at; a larger picture is sampled in strips."""

STRIP = 16
"""Pixel rows of a strip: an MCU's with 4:2:0, two MCUs' without."""


@dataclass(frozen=True)
class Found:
    """The pass that meets the target, its file, and whether finer steps would not help any more."""

    quantised: Quantised
    data: bytes
    scale: float
    at_ceiling: bool


def sampled_strips(blocks: Blocks, most: int = SAMPLE_BLOCKS) -> npt.NDArray[np.intp] | None:
    """Every n-th strip of a picture, so that about `most` luma blocks are left; None: all."""
    skip = blocks.luma_blocks // most
    if skip <= 1:
        return None
    return np.arange(skip // 2, blocks.height // STRIP, skip)


def _rows(strips: npt.NDArray[np.intp], a_strip: int) -> npt.NDArray[np.intp]:
    return (strips[:, None] * a_strip + np.arange(a_strip)).reshape(-1)


def pixels_of(pixels: npt.NDArray[np.uint8], strips: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """Strips of a picture as a picture."""
    return pixels[_rows(strips, STRIP)]


def levels_of(
    levels: Sequence[npt.NDArray[np.int16]], strips: npt.NDArray[np.intp], *, chroma_420: bool
) -> tuple[npt.NDArray[np.int16], ...]:
    """The same of its levels."""
    return tuple(
        own[_rows(strips, 1 if i > 0 and chroma_420 else 2)] for i, own in enumerate(levels)
    )


def blocks_of(blocks: Blocks, strips: npt.NDArray[np.intp]) -> Blocks:
    """The same of its blocks."""
    components = []
    for i, c in enumerate(blocks.components):
        rows = _rows(strips, 1 if i > 0 and blocks.chroma_420 else 2)
        components.append(
            Component(
                c.coefficients[rows],
                c.weights[rows],
                c.importance[rows],
                c.background[rows],
                (len(rows), c.used[1]),
                None if c.hidden is None else c.hidden[rows],
            )
        )
    return Blocks(tuple(components), len(strips) * STRIP, blocks.width, blocks.chroma_420)


class Secant:
    """Finds the root of a monotone function, bracketed once both signs are seen."""

    def __init__(self, slope: float, lowest: float, highest: float) -> None:
        self._slope = slope
        self._range = (lowest, highest)
        self._above: tuple[float, float] | None = None  # nearest point with a positive value
        self._below: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None

    def next(self, x: float, value: float) -> float:
        """The next guess after `value` was seen at `x`."""
        if self._last is not None and abs(x - self._last[0]) > 1e-6:
            slope = (value - self._last[1]) / (x - self._last[0])
            steeper = slope / self._slope  # a change of sign is noise
            self._slope *= min(max(steeper, 1.0 / 3.0), 3.0)
        self._last = (x, value)
        if value > 0:
            self._above = (x, value)
        else:
            self._below = (x, value)
        guess = x - value / self._slope
        if self._above is not None and self._below is not None:
            low, high = sorted((self._above[0], self._below[0]))
            margin = 0.05 * (high - low)
            if not low + margin <= guess <= high - margin:
                guess = 0.5 * (low + high)
        return min(max(guess, self._range[0]), self._range[1])


def scale_secant(slope: float) -> Secant:
    """A secant over log scale."""
    return Secant(slope, math.log(SMALLEST_SCALE), math.log(LARGEST_SCALE))


def scout_of(encoder: Encoder) -> Encoder:
    """An encoder of a sample of the blocks; the encoder itself where they are few."""
    strips = sampled_strips(encoder.blocks)
    if strips is None:
        return encoder
    sampled = blocks_of(encoder.blocks, strips)
    return Encoder(sampled, encoder.script, encoder.tuning, threads=encoder.threads)
