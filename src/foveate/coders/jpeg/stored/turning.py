"""Stored coefficients turned as an EXIF orientation asks, without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from foveate.coders.jpeg.stored.levels import StoredComponent, StoredPicture
from foveate.coders.jpeg.tables import ZIGZAG
from foveate.pictures.conversion import TURNS

_DOWN, _ACROSS = np.divmod(ZIGZAG, 8)
_TRANSPOSED = np.argsort(ZIGZAG)[_ACROSS * 8 + _DOWN]
"""(64,): the zigzag position of the frequency with rows and columns exchanged."""


def turned(picture: StoredPicture, orientation: int) -> StoredPicture | None:
    """The picture that orientation 1 to 8 shows; None where it cannot be had without loss.

    Turning over moves the last row or column of blocks to the front, so that it has to be whole,
    as has its MCU. Only the blocks that hold samples come along.
    """
    rows, columns, transposed = TURNS[orientation]
    if orientation == 1:
        return picture
    across, down = (max(c.sampling[axis] for c in picture.components) for axis in (0, 1))
    if (rows and picture.height % (8 * down)) or (columns and picture.width % (8 * across)):
        return None
    components = tuple(
        _turned(c, rows=rows, columns=columns, transposed=transposed) for c in picture.components
    )
    height, width = picture.height, picture.width
    if transposed:
        height, width = width, height
    return replace(picture, height=height, width=width, components=components)


def _turned(
    component: StoredComponent, *, rows: bool, columns: bool, transposed: bool
) -> StoredComponent:
    """A mirrored block has its odd frequencies' signs changed."""
    used, sampling, steps = component.used, component.sampling, component.steps
    levels = component.levels[: used[0], : used[1]]
    if rows:
        levels = levels[::-1] * np.where(_DOWN % 2, -1, 1).astype(np.int16)
    if columns:
        levels = levels[:, ::-1] * np.where(_ACROSS % 2, -1, 1).astype(np.int16)
    if transposed:
        levels = levels.swapaxes(0, 1)[..., _TRANSPOSED]
        used, sampling = (used[1], used[0]), (sampling[1], sampling[0])
        steps = np.ascontiguousarray(steps[_TRANSPOSED])
    return replace(
        component, used=used, sampling=sampling, levels=np.ascontiguousarray(levels), steps=steps
    )
