"""A sample of a picture's blocks for a search to look at, as busy as the picture itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.trellis_passes import Blocks, Component, Encoder
from foveate.native import COEFFICIENT_UNITS

_T = TypeVar("_T", bound=np.generic)

_LEAST_SAMPLE = 6144
_SHARES = 4, 24
"""A search looks at a usual number of luma blocks, but at a quarter of the blocks of a smaller
picture and at a twenty-fourth of those of a larger one. results/targets.json tells how near
the size of a photograph is predicted from a quarter and from an eighth of it."""

SIDE = 16
"""The height of a piece and the unit of its width, in pixels: one MCU with 4:2:0."""
_GOLDEN = 0.618
_LIKENESS = 1.25
"""A sample's mean activity may be this many times the picture's, or that less."""
_LEAST_BUSY = 3072
"""So many equally busy luma blocks, all others flat, are the least sample."""
_LOW_FREQUENCIES = slice(1, 16)
"""AC coefficients (rows 0 and 1) of which a block that is not flat has some."""


@dataclass(frozen=True)
class PieceShape:
    """How large pieces are at most, in units of 16 pixels, and how much of a picture they make up.

    usual: the luma blocks that a sample has, unless the picture is small or very large.
    """

    high: int
    wide: int
    usual: int


SLIVERS = PieceShape(high=1, wide=32, usual=16_384)
"""Long and low: a block's neighbour in its row matters to its cost."""


@dataclass(frozen=True)
class Pieces:
    """Parts of a picture, spread evenly over it. One below the other they are a picture too.

    They are told by their slivers, 16 pixels high, in order.
    """

    rows: npt.NDArray[np.intp]
    """The row at which each sliver of 16 pixels' height begins, in units of 16 pixels."""
    columns: npt.NDArray[np.intp]
    width: int
    """The width of every sliver, in units of 16 pixels."""

    def of(self, values: npt.NDArray[_T], unit: int) -> npt.NDArray[_T]:
        """The values that lie in the pieces, the pieces one below the other.

        Args:
            values: (rows, columns, ...), of the whole picture.
            unit: how many rows, and how many columns, of the values make 16 pixels.
        """
        down = (self.rows[:, None] * unit + np.arange(unit)).reshape(-1, 1)
        across = self.columns[:, None] * unit + np.arange(self.width * unit)
        picked: npt.NDArray[_T] = values[down, np.repeat(across, unit, axis=0)]
        return picked

    def of_levels(
        self, levels: Sequence[npt.NDArray[np.int16]], *, chroma_420: bool
    ) -> tuple[npt.NDArray[np.int16], ...]:
        """The levels of every component that lie in the pieces."""
        return tuple(self.of(own, 1 if i > 0 and chroma_420 else 2) for i, own in enumerate(levels))

    def of_blocks(self, blocks: Blocks) -> Blocks:
        """The picture's blocks that lie in the pieces."""
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


def sampled(blocks: Blocks, shape: PieceShape = SLIVERS) -> Pieces | None:
    """The smallest sample that is as busy as the picture; None: all of it.

    A picture whose detail lies in few places is sampled more finely, until the pieces meet it.
    """
    quarter, twenty_fourth = (blocks.luma_blocks // share for share in _SHARES)
    wanted = max(min(quarter, shape.usual), twenty_fourth, _LEAST_SAMPLE)
    skip = blocks.luma_blocks // wanted
    if skip <= 1 or min(blocks.height, blocks.width) < SIDE:
        return None
    activities = [_activity(component) for component in blocks.components]
    while skip > 1:
        pieces = every(skip, blocks, shape)
        if pieces is not None and _alike(pieces, blocks, activities):
            return pieces
        skip //= 2
    return None


def every(skip: int, blocks: Blocks, shape: PieceShape = SLIVERS) -> Pieces | None:
    """Every `skip`-th piece of a picture, shifted from row to row; None where that is none."""
    down, across = blocks.height // (SIDE * shape.high), blocks.width // SIDE
    width = min(shape.wide, across)
    count, rest = divmod(across, width)
    row, number = np.mgrid[:down, :count]
    picked = (number + np.floor(row * _GOLDEN * skip)) % skip == skip // 2
    rows, numbers = row[picked], number[picked]
    if not rows.size:
        return None
    # Pieces lie at the left in one row, in the middle in another, at the right in a third.
    columns = numbers * width + rest * (rows % 3) // 2
    slivers = (rows[:, None] * shape.high + np.arange(shape.high)).reshape(-1)
    return Pieces(slivers, np.repeat(columns, shape.high), width)


def _activity(component: Component) -> npt.NDArray[np.float32]:
    """(rows, cols) float32: about how many bits the coarse detail of each block takes."""
    rows, cols = component.used
    coarse = component.coefficients[:rows, :cols, _LOW_FREQUENCIES]
    sums = np.abs(coarse).sum(axis=2, dtype=np.int32) / np.float32(COEFFICIENT_UNITS)
    return np.asarray(np.log2(1 + sums), dtype=np.float32)


def _alike(pieces: Pieces, blocks: Blocks, activities: Sequence[npt.NDArray[np.float32]]) -> bool:
    """Whether the pieces are as busy as the picture, and enough of their blocks are busy at all.

    They must be alike both on average over blocks and weighted by how much each block matters.
    """
    luma = pieces.of(activities[0], 2).astype(np.float64)
    if luma.sum() ** 2 < _LEAST_BUSY * (luma**2).sum():
        return False
    part, whole = np.zeros(2), np.zeros(2)
    for i, (component, activity) in enumerate(zip(blocks.components, activities, strict=True)):
        rows, cols = component.used
        unit = 1 if i > 0 and blocks.chroma_420 else 2
        mattering = activity * component.importance[:rows, :cols]
        part += [pieces.of(busy, unit).mean(dtype=np.float64) for busy in (activity, mattering)]
        whole += [busy.mean(dtype=np.float64) for busy in (activity, mattering)]
    return bool((part <= _LIKENESS * whole).all() and (whole <= _LIKENESS * part).all())


def scout_of(encoder: Encoder, pieces: Pieces | None) -> Encoder:
    """An encoder of the pieces; the encoder itself where there are none."""
    if pieces is None:
        return encoder
    part = pieces.of_blocks(encoder.blocks)
    return encoder.like(part)
