"""How many scans, frames and pages a file has, counted as far as a limit and no further."""

from __future__ import annotations

import re
import struct

from foveate.pictures.containers.heif_items import sequence_frames

_START_OF_SCAN = b"\xff\xda"
_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
_STANDALONE = {0x01, 0xD8}
_END_OF_IMAGE, _SOS = 0xD9, 0xDA
_GIF_BLOCK = re.compile(rb"[\x2c\x21\x3b]")
_MOST_PARTS = 200_000
"""Markers or blocks that are looked at: a file of many tiny ones must not take long."""


def count_scans(jpeg: bytes, most: int) -> int:
    """Scans of a JPEG's first image (T.81, B.2); `most + 1` stands for any larger number.

    A decoder may stop earlier in a damaged file, but never meets a scan that is not counted.
    """
    if jpeg.count(_START_OF_SCAN) <= most:  # bytes alike within segments are counted too
        return jpeg.count(_START_OF_SCAN)
    place, scans, parts = 2, 0, 0
    while scans <= most and (found := _MARKER.search(jpeg, place)):
        parts += 1
        if parts > _MOST_PARTS:
            return most + 1
        marker = found[1][0]
        place = found.end()
        if marker == _END_OF_IMAGE:
            break
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(jpeg[place : place + 2], "big")
        place += max(length, 2)
        scans += marker == _SOS
    return scans


def count_frames(data: bytes, file_format: str, most: int) -> int | None:
    """Frames of a GIF or a HEIF sequence, or pages of a TIFF; `most + 1` stands for any more.

    What is damaged ends the count. None for other formats, whose headers tell their number.
    """
    if file_format == "GIF":
        return _gif_frames(data, most)
    if file_format == "HEIF" and (frames := sequence_frames(data)):
        return min(frames, most + 1)
    return _tiff_pages(data, most) if file_format == "TIFF" else None


def _gif_frames(data: bytes, most: int) -> int:
    """Image descriptors of a GIF (GIF89a, clause 20)."""
    place, frames = 13, 0
    if len(data) > 10 and data[10] & 0x80:
        place += 3 << ((data[10] & 7) + 1)
    parts = 0
    while frames <= most and parts < _MOST_PARTS and (found := _GIF_BLOCK.search(data, place)):
        place, kind = found.start(), data[found.start()]
        if kind == 0x2C:  # image descriptor, its colour table, the size of LZW codes
            frames += 1
            packed = data[place + 9] if place + 9 < len(data) else 0
            place += 11 + (3 << ((packed & 7) + 1) if packed & 0x80 else 0)
        elif kind == 0x21:  # extension and its label
            place += 2
        else:
            break
        parts += 1
        while place < len(data) and data[place] and parts < _MOST_PARTS:  # sub-blocks
            place += 1 + data[place]
            parts += 1
        place += 1
    return frames


def _tiff_pages(data: bytes, most: int) -> int:
    """Image file directories of a TIFF or BigTIFF, along their chain (TIFF 6.0, section 2)."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    entries = struct.Struct(f"{order}{'Q' if big else 'H'}")
    offset = struct.Struct(f"{order}{'Q' if big else 'L'}")
    seen: set[int] = set()
    try:
        (place,) = offset.unpack_from(data, 8 if big else 4)
        while place and place not in seen and len(seen) <= most:
            (count,) = entries.unpack_from(data, place)
            seen.add(place)
            (place,) = offset.unpack_from(data, place + entries.size + count * (20 if big else 12))
    except struct.error:
        pass
    return len(seen)
