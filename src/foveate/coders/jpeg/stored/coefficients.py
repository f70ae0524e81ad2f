"""The dequantised coefficients of a JPEG that came in, for an encoder to begin from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.stored.levels import StoredError, StoredPicture, stored_picture
from foveate.coders.jpeg.stored.own import has_our_sampling, tables_as_written
from foveate.pictures import Picture

_SAME = 1.0
"""Mean difference of pixels that two decoders may show of the same coefficients."""


@dataclass(frozen=True)
class SourceCoefficients:
    """What an encoder has to know of the file that a picture came in."""

    coefficients: tuple[npt.NDArray[np.int16], ...]
    """(rows, cols, 64) a component, in units of 1 / `native.COEFFICIENT_UNITS`."""
    steps: tuple[npt.NDArray[np.float64], ...]
    """Luma's and chroma's quantisation steps, zigzag order."""
    chroma_420: bool
    size_bytes: int
    """The bytes of the file's picture, its metadata among them."""


def source_coefficients(picture: Picture, *, threads: int) -> SourceCoefficients | None:
    """Those of the file that the picture was read from.

    None where there are none, or where the picture is not what they show: it was turned, its
    colours were brought to another space, or the file is grey, 4:4:4 or 4:2:0 in another way than
    it would be written here.
    """
    if picture.jpeg is None:
        return None
    try:
        stored = stored_picture(picture.jpeg)
    except StoredError:
        return None
    tables = tables_as_written(stored)
    shape = (stored.height, stored.width)
    if not stored.complete or not has_our_sampling(stored) or tables is None:
        return None
    if picture.pixels.shape[:2] != shape or len(stored.components) != _channels(picture):
        return None
    chroma_420 = len(stored.components) > 1 and stored.components[0].sampling == (2, 2)
    levels = _levels(stored)
    shown = native.inverse(levels, *shape, chroma_420, tables, threads)
    difference = np.abs(shown.astype(np.int16) - picture.pixels).mean(dtype=np.float64)
    if difference > _SAME:
        return None
    return SourceCoefficients(
        tuple(
            _dequantised(*pair) for pair in zip(levels, _steps(tables, len(levels)), strict=True)
        ),
        tuple(np.array(table, np.float64) for table in tables),
        chroma_420,
        stored.end,
    )


def _channels(picture: Picture) -> int:
    return 1 if picture.pixels.ndim == 2 else 3


def _levels(stored: StoredPicture) -> list[npt.NDArray[np.int16]]:
    """The levels of each component; of a grey picture only the used ones, as it is stored here."""
    if len(stored.components) > 1:
        return [c.levels for c in stored.components]
    (grey,) = stored.components
    return [np.ascontiguousarray(grey.levels[: grey.used[0], : grey.used[1]])]


def _steps(tables: list[list[int]], count: int) -> list[list[int]]:
    """A table for each component."""
    return [tables[min(i, 1)] for i in range(count)]


def _dequantised(levels: npt.NDArray[np.int16], steps: list[int]) -> npt.NDArray[np.int16]:
    values = levels.astype(np.int32) * (np.array(steps, np.int32) * native.COEFFICIENT_UNITS)
    return np.clip(values, -32_767, 32_767).astype(np.int16)
