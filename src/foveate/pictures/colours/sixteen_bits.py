"""All 16 bits of a PNG file's samples, where 8 are too few to tell colours."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foveate.pictures.containers.png_chunks import chunks, header

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_GREY, _RGB, _RGBA = 0, 2, 6
_LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow's name of the other byte order, which gives the other half of each sample."""


def all_bits(
    image: PillowImage, encoded: bytes, opened: Callable[[bytes], PillowImage]
) -> npt.NDArray[np.uint16] | None:
    """(H, W) or (H, W, 3 or 4) samples of a loaded 16-bit PNG; None for files of other kinds.

    Pillow keeps the upper byte of each colour sample. Decoding once more with the bytes exchanged
    gives the lower.
    """
    depth, colour = header(encoded)
    if depth != 16 or colour not in (_GREY, _RGB, _RGBA):
        return None
    if colour == _GREY:
        return np.asarray(image).astype(np.uint16)
    other = opened(encoded)
    tiles = getattr(other, "tile", None)
    if not tiles or any(tile[3] not in _LOW_BYTES for tile in tiles):
        return None
    exchanged = [tile._replace(args=_LOW_BYTES[str(tile[3])]) for tile in tiles]
    setattr(other, "tile", exchanged)  # noqa: B010
    samples = np.asarray(image).astype(np.uint16)
    samples <<= 8
    samples |= np.asarray(other)
    return samples


def transparent_sample(encoded: bytes) -> tuple[int, ...] | None:
    """The colour of 16 bits that a PNG file's tRNS chunk calls transparent (11.3.1.1)."""
    depth, colour = header(encoded)
    numbers = {_GREY: 1, _RGB: 3}.get(colour, 0)
    if depth != 16 or not numbers:
        return None
    for chunk in chunks(encoded):
        if chunk.kind == b"tRNS" and chunk.is_sound and len(chunk.body) >= 2 * numbers:
            return struct.unpack_from(f">{numbers}H", chunk.body)
    return None
