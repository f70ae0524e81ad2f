"""What the headers of a JPEG file say of it."""

from __future__ import annotations

import io
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

_SUBSAMPLING_OF_LUMA = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (1, 2): "440", (4, 1): "411"}
"""The name of luma's sampling factors, across and down, where both chroma components have one."""
_BASELINE_FRAME = 0xC0
"""The frame header SOF0: sequential, 8 bits, Huffman codes (T.81, table B.1)."""
_NO_FRAMES = frozenset((0xC4, 0xC8, 0xCC))
"""Markers between SOF0 and SOF15 that begin no frame: DHT, JPG and DAC."""


def opened_jpeg(data: bytes) -> JpegImageFile:
    """A JPEG to be decoded by Pillow, whatever its size.

    `Image.open` bounds the pixels of files from strangers; these were read or written here.
    """
    return JpegImageFile(io.BytesIO(data))


def stored_subsampling(data: bytes) -> str:
    """A JPEG's: "grey", "444", "422", "420", "440", "411", or "other"."""
    with opened_jpeg(data) as file:
        factors = [(across, down) for _, across, down, _ in file.layer]
    if len(factors) == 1:
        return "grey"
    if len(factors) != 3 or factors[1:] != [(1, 1), (1, 1)]:
        return "other"
    return _SUBSAMPLING_OF_LUMA.get(factors[0], "other")


def is_progressive(data: bytes) -> bool:
    """Whether a JPEG is stored in several scans, coarse to fine."""
    with opened_jpeg(data) as file:
        return bool(file.info.get("progressive"))


def file_facts(data: bytes) -> dict[str, Any]:
    """What a JPEG says of itself: `subsampling` and `progressive`."""
    return {"subsampling": stored_subsampling(data), "progressive": is_progressive(data)}


def is_baseline(data: bytes) -> bool:
    """Whether a JPEG is a baseline file, which every decoder reads."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte, T.81 B.1.1.2
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:
            return marker == _BASELINE_FRAME
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False
