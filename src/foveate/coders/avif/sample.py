"""Pieces of a large picture, joined to a small one that is coded in its place during a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from foveate.coders.avif.steering import SUPERBLOCK

PIECE = 4 * SUPERBLOCK
"""The side of a piece, in pixels: models of the eye see coarse structure too."""
_ACROSS = 4
_PIECES = 16
_LEAST_PIXELS = 3_000_000
"""Of a smaller picture the pieces would not save much."""

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Pieces:
    """Squares spread evenly over a picture; their upper left corners (y, x) on superblocks."""

    corners: tuple[tuple[int, int], ...]
    share: float
    """Their share of the picture."""

    def of(self, values: npt.NDArray[Scalar], *, unit: int = 1) -> npt.NDArray[Scalar]:
        """The values of the pieces, joined; those of an array with one in each `unit` pixels."""
        side = PIECE // unit
        cut = [
            values[y // unit : y // unit + side, x // unit : x // unit + side]
            for y, x in self.corners
        ]
        rows = [
            np.concatenate(cut[first : first + _ACROSS], axis=1)
            for first in range(0, len(cut), _ACROSS)
        ]
        return np.concatenate(rows)


def pieces_of(height: int, width: int) -> Pieces | None:
    """The pieces of a picture of that size; None where they are not worth it."""
    if height * width < _LEAST_PIXELS or min(height, width) < PIECE:
        return None
    down = min(_ACROSS, height // PIECE)
    across = min(_PIECES // down, width // PIECE)
    down = min(_PIECES // across, height // PIECE)
    corners = tuple((y, x) for y in _spread(height, down) for x in _spread(width, across))
    corners = corners[: len(corners) // _ACROSS * _ACROSS]
    return Pieces(corners, len(corners) * PIECE**2 / (height * width))


def _spread(length: int, count: int) -> list[int]:
    middles = [(index + 0.5) * length / count for index in range(count)]
    return [int((middle - PIECE / 2) // SUPERBLOCK) * SUPERBLOCK for middle in middles]
