"""The quantised coefficients that a JPEG file stores, with their steps and layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.errors import FoveateError

MOST_SCANS = 100
"""Real files have up to about 20 scans."""
MOST_BLOCKS = 4_000_000
"""Blocks of all components, 512 MB of levels: 170 megapixels at 4:2:0."""


class StoredError(FoveateError):
    """The coefficients of this file cannot be had; the message says why."""


@dataclass(frozen=True)
class StoredComponent:
    """One component of a file."""

    id: int
    sampling: tuple[int, int]
    """How many blocks an MCU holds, across and down."""
    used: tuple[int, int]
    """The rows and columns of blocks that hold samples."""
    levels: npt.NDArray[np.int16]
    """(rows, cols, 64), whole MCUs, each block in zigzag order. The padding of the last MCUs is
    what an encoder fills in, whatever the file had there."""
    steps: npt.NDArray[np.uint16]
    """(64,) in zigzag order."""


@dataclass(frozen=True)
class StoredPicture:
    """What a file stores."""

    height: int
    width: int
    progressive: bool
    restart_interval: int
    """In MCUs; 0 where there are no restart markers."""
    components: tuple[StoredComponent, ...]
    complete: bool
    """Whether every bit is stored. Where scans are missing decoders smooth over it."""
    end: int
    """How many of the file's bytes are the picture's, EOI with them."""


def stored_picture(
    jpeg: bytes, *, most_scans: int = MOST_SCANS, most_blocks: int = MOST_BLOCKS
) -> StoredPicture:
    """What a baseline, extended or progressive file of 8-bit samples with Huffman codes stores.

    Raises:
        StoredError: the file is of another kind, damaged, or beyond the limits.
    """
    try:
        found = native.stored_levels(jpeg, most_scans, most_blocks)
    except ValueError as error:
        raise StoredError(str(error)) from error
    height, width, progressive, restart_interval, complete, end, stored = found
    components = []
    for name, sampling, used, levels, steps in stored:
        native.fill_padding(levels, used)
        components.append(StoredComponent(name, sampling, used, levels, steps))
    return StoredPicture(
        height, width, progressive, restart_interval, tuple(components), complete, end
    )
