"""Regions: a map to steps of the quantiser on a grid, and the grid to a few rectangles.

FFmpeg's filter `addroi` takes one rectangle each; where rectangles overlap, the first one counts.
libx264 and libx265 act on whole blocks of 16x16 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.saliency import SaliencyMap
from foveate.saliency.weights import CURVE_LOG_WEIGHTS, CURVE_RANKS, ranks

BLOCK = 16
CELLS_ALONG = 40
"""About how many cells the longer side has at least; finer ones gain nothing."""

Offsets = npt.NDArray[np.float32]
Levels = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Strength:
    """How far an encoder's quantiser follows the map.

    span: steps of the quantiser between what nobody and what everybody looks at. Six steps double
    the quantiser. shift: steps that are added everywhere where a map steers, so that the file takes
    about the bytes that it takes without a map.
    """

    span: float
    shift: float


STRENGTHS = {"h264": Strength(10.0, 1.05), "h265": Strength(8.0, 0.74)}
"""Fitted on clips over pictures of `tuning`: `results/tuning-video.json`, `-h265.json`."""


@dataclass(frozen=True)
class Region:
    """A rectangle of pixels and the steps of the quantiser that it is coarser by."""

    x: int
    y: int
    width: int
    height: int
    steps: int


@dataclass(frozen=True)
class Grid:
    """The cells of a frame: `cell` pixels a side, `rows` x `columns`, the last ones cut off."""

    width: int
    height: int

    @property
    def cell(self) -> int:
        return BLOCK * max(1, max(self.width, self.height) // (BLOCK * CELLS_ALONG))

    @property
    def rows(self) -> int:
        return -(-self.height // self.cell)

    @property
    def columns(self) -> int:
        return -(-self.width // self.cell)


def offsets_of(saliency: SaliencyMap, grid: Grid, strength: Strength, *, turns: int) -> Offsets:
    """Steps of the quantiser (rows, columns) for a map; all 0 where the map says nothing.

    A cell's offset falls with the square root of the likelihood that people look there. Of the
    likelihood, its root and its logarithm the root gained the most at the same loss elsewhere.
    turns: how many quarter turns, counter-clockwise, bring a frame upright; the map is upright.
    """
    rows, columns = (grid.rows, grid.columns) if turns % 2 == 0 else (grid.columns, grid.rows)
    values = saliency.resized(rows, columns)
    if saliency.confidence <= 0 or np.ptp(values) == 0:
        return np.zeros((grid.rows, grid.columns), np.float32)
    logs = np.interp(ranks(values), CURVE_RANKS, CURVE_LOG_WEIGHTS) * saliency.confidence
    looked = np.exp((logs - CURVE_LOG_WEIGHTS[-1]) / 2)
    offsets = strength.shift * saliency.confidence - strength.span * (looked - looked.mean())
    return np.asarray(np.rot90(offsets, -turns), np.float32)


def levels_of(offsets: Offsets) -> Levels:
    """Offsets in whole steps, the finest that make a difference."""
    return np.asarray(np.rint(offsets), np.int8)


def regions_of(levels: Levels, grid: Grid) -> tuple[Region, ...]:
    """Rectangles that together give every cell its level where the first one counts.

    The finest level comes first. A rectangle may run over cells of earlier ones, so that nested
    levels take few rectangles. Cells of level 0 need none, unless a later one would cover them.
    """
    done = np.zeros(levels.shape, np.bool_)
    found: list[Region] = []
    for steps in np.unique(levels).tolist():
        todo = levels == steps
        while todo.any():
            top, left, bottom, right = _rectangle(todo, todo | done)
            x, y = left * grid.cell, top * grid.cell
            found.append(
                Region(
                    x,
                    y,
                    min(grid.width, right * grid.cell) - x,
                    min(grid.height, bottom * grid.cell) - y,
                    steps,
                )
            )
            todo[top:bottom, left:right] = False
            done[top:bottom, left:right] = True
    while found and found[-1].steps == 0:
        found.pop()
    return tuple(found)


def _rectangle(
    todo: npt.NDArray[np.bool_], free: npt.NDArray[np.bool_]
) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of a rectangle of free cells that begins with the first to do."""
    rows, columns = todo.shape
    top, left = (int(place) for place in np.argwhere(todo)[0])
    right = left + 1
    while right < columns and free[top, right]:
        right += 1
    while not todo[top, right - 1]:
        right -= 1
    bottom = top + 1
    while bottom < rows and free[bottom, left:right].all():
        bottom += 1
    while not todo[bottom - 1, left:right].any():
        bottom -= 1
    return top, left, bottom, right
