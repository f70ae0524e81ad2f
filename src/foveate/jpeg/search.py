"""What both searches share: a sample of the blocks, and a secant that stays in its bracket."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from foveate.jpeg.encoder import Blocks, Component, Encoder, Quantised

SMALLEST_SCALE = 0.25
LARGEST_SCALE = 4096.0
"""Every step is 1 at the smallest; at the largest it is 255, and hardly a level is left."""

SAMPLE_BLOCKS = 16_384
"""Luma blocks that a search looks at; a larger picture is sampled in whole MCU rows."""


@dataclass(frozen=True)
class Found:
    """The pass that meets the target, its file, and whether finer steps would not help any more."""

    quantised: Quantised
    data: bytes
    scale: float
    at_ceiling: bool


def sample(blocks: Blocks, most: int = SAMPLE_BLOCKS) -> Blocks:
    """Every n-th MCU row, so that about `most` luma blocks are left; small pictures as they are."""
    skip = blocks.luma_blocks // most
    if skip <= 1:
        return blocks
    per_mcu = 2 if blocks.chroma_420 and len(blocks.components) > 1 else 1
    whole_rows = blocks.components[-1].used[0]  # MCU rows
    picked = np.arange(skip // 2, whole_rows, skip)
    luma_used = blocks.components[0].used[0]
    picked = picked[(picked + 1) * per_mcu <= luma_used]
    components = []
    for i, c in enumerate(blocks.components):
        v = per_mcu if i == 0 else 1
        rows = (picked[:, None] * v + np.arange(v)).reshape(-1)
        components.append(
            Component(
                np.ascontiguousarray(c.coefficients[rows]),
                np.ascontiguousarray(c.weights[rows]),
                np.ascontiguousarray(c.importance[rows]),
                np.ascontiguousarray(c.background[rows]),
                (len(rows), c.used[1]),
                None if c.hidden is None else np.ascontiguousarray(c.hidden[rows]),
            )
        )
    return Blocks(tuple(components), len(picked) * per_mcu * 8, blocks.width, blocks.chroma_420)


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
    sampled = sample(encoder.blocks)
    if sampled is encoder.blocks:
        return encoder
    return Encoder(sampled, encoder.script, encoder.tuning, threads=encoder.threads)
