"""What the headers of a JPEG file say of it."""

from __future__ import annotations

import io
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.quiet import without_warnings

_SUBSAMPLING_OF_LUMA = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (1, 2): "440", (4, 1): "411"}
"""The name of luma's sampling factors, across and down, where both chroma components have one."""
_BASELINE_FRAME = 0xC0
"""The frame header SOF0: sequential, 8 bits, Huffman codes (T.81, table B.1)."""
_COMMON_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
"""Baseline, extended sequential and progressive frames with Huffman codes."""


def opened_jpeg(data: bytes) -> JpegImageFile:
    """A JPEG to be decoded by Pillow, whatever its size.

    `Image.open` bounds the pixels of files from strangers; these were read or written here.
    """
    with without_warnings():  # Pillow warns of EXIF that is cut short
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
    return _frame_marker(data) == _BASELINE_FRAME


def is_shown_everywhere(data: bytes) -> bool:
    """Whether browsers decode a JPEG: no arithmetic codes, no lossless or hierarchical process."""
    return _frame_marker(data) in _COMMON_FRAMES


def _frame_marker(data: bytes) -> int | None:
    layout = jpeg_layout(data)
    return None if layout is None else layout.frame_marker
