"""What both searches share: a sample of the blocks, and a secant that stays in its bracket."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from foveate.jpeg.encoder import Blocks, Component, Encoder, Quantised

SMALLEST_SCALE = 0.25
LARGEST_SCALE = 4096.0
"""Every step is 1 at the smallest; at the largest it is 255, and hardly a level is left."""

_T = TypeVar("_T", bound=np.generic)

_LEAST_SAMPLE, _USUAL_SAMPLE = 6144, 16_384
_SHARES = 4, 24
"""A search looks at the usual number of luma blocks, but at a quarter of a smaller picture's and
at a twenty-fourth of a larger one's."""

SIDE = 16
"""Pixels of a piece's height and of the unit of its width: an MCU's with 4:2:0."""
_PIECE_UNITS = 32
"""Widest pieces: what follows a block in a row matters to the next, so that they are long."""
_GOLDEN = 0.618


@dataclass(frozen=True)
class Found:
    """The pass that meets the target, its file, and whether finer steps would not help any more."""

    quantised: Quantised
    data: bytes
    scale: float
    at_ceiling: bool


@dataclass(frozen=True)
class Pieces:
    """Parts of a picture, spread evenly over it, that one below the other are a picture too."""

    rows: npt.NDArray[np.intp]
    """Where each begins, in units of `SIDE`."""
    columns: npt.NDArray[np.intp]
    width: int
    """Of all, in units."""

    def of(self, values: npt.NDArray[_T], unit: int) -> npt.NDArray[_T]:
        """Of (rows, columns, ...) values, `unit` of which make a unit down and across."""
        down = (self.rows[:, None] * unit + np.arange(unit)).reshape(-1, 1)
        across = self.columns[:, None] * unit + np.arange(self.width * unit)
        picked: npt.NDArray[_T] = values[down, np.repeat(across, unit, axis=0)]
        return picked

    def of_levels(
        self, levels: Sequence[npt.NDArray[np.int16]], *, chroma_420: bool
    ) -> tuple[npt.NDArray[np.int16], ...]:
        """Of every component's levels."""
        return tuple(self.of(own, 1 if i > 0 and chroma_420 else 2) for i, own in enumerate(levels))

    def of_blocks(self, blocks: Blocks) -> Blocks:
        """Of a picture's blocks."""
        components = []
        for i, c in enumerate(blocks.components):
            unit = 1 if i > 0 and blocks.chroma_420 else 2
            coefficients = self.of(c.coefficients, unit)
            components.append(
                Component(
                    coefficients,
                    self.of(c.weights, unit),
                    self.of(c.importance, unit),
                    self.of(c.background, unit),
                    (coefficients.shape[0], coefficients.shape[1]),
                    None if c.hidden is None else self.of(c.hidden, unit),
                )
            )
        height, width = len(self.rows) * SIDE, self.width * SIDE
        return Blocks(tuple(components), height, width, blocks.chroma_420)


def sampled(blocks: Blocks) -> Pieces | None:
    """Every n-th piece of a picture, shifted from row to row; None: all of it."""
    quarter, twenty_fourth = (blocks.luma_blocks // share for share in _SHARES)
    wanted = max(min(quarter, _USUAL_SAMPLE), twenty_fourth, _LEAST_SAMPLE)
    skip = blocks.luma_blocks // wanted
    down, across = blocks.height // SIDE, blocks.width // SIDE
    if skip <= 1 or down == 0 or across == 0:
        return None
    width = min(_PIECE_UNITS, across)
    count, rest = divmod(across, width)
    row, number = np.mgrid[:down, :count]
    picked = (number + np.floor(row * _GOLDEN * skip)) % skip == skip // 2
    rows, numbers = row[picked], number[picked]
    # Pieces lie at the left in one row, in the middle in another, at the right in a third.
    return Pieces(rows, numbers * width + rest * (rows % 3) // 2, width) if rows.size else None


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
    pieces = sampled(encoder.blocks)
    if pieces is None:
        return encoder
    part = pieces.of_blocks(encoder.blocks)
    return Encoder(part, encoder.script, encoder.tuning, threads=encoder.threads)
