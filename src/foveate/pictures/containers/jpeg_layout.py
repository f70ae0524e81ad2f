"""Where the segments of a JPEG file lie, and where its picture ends (T.81, annex B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP11, APP12, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEC, 0xED, 0xEE
_NO_FRAMES = frozenset((0xC4, 0xC8, 0xCC))
"""Markers between SOF0 and SOF15 that begin no frame: DHT, JPG and DAC (table B.1)."""
_MOST_SEGMENTS = 100_000
"""Files of more are taken for damaged: none is made so, and each costs memory."""
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


@dataclass(frozen=True)
class Segment:
    """A marker segment: data[start:end], from its marker on; a scan's coded data belong to it."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True)
class JpegLayout:
    """The segments between SOI and EOI, and where the picture ends: after EOI."""

    segments: tuple[Segment, ...]
    end: int
    has_eoi: bool

    def payloads(self, data: bytes, marker: int) -> Iterator[bytes]:
        """What stands after the length field of each segment with this marker."""
        for segment in self.segments:
            if segment.marker == marker:
                yield data[segment.start + 4 : segment.end]

    @property
    def frame_marker(self) -> int | None:
        """The marker of the frame header, SOF0 to SOF15, which tells how the file is coded."""
        for segment in self.segments:
            if 0xC0 <= segment.marker <= 0xCF and segment.marker not in _NO_FRAMES:
                return segment.marker
        return None


def jpeg_layout(data: bytes, start: int = 0) -> JpegLayout | None:
    """The layout of the JPEG that begins at `start`; None where it is not laid out as T.81 says.

    A missing EOI after a scan is forgiven, as decoders do, and fill bytes are passed over.
    """
    if data[start : start + 2] != b"\xff\xd8":
        return None
    segments: list[Segment] = []
    at, scans = start + 2, 0
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == EOI:
            return JpegLayout(tuple(segments), at + 2, True)
        if marker == 0xFF:  # a fill byte, B.1.1.2
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == SOS:
            scans += 1
            found = _AFTER_SCAN.search(data, end)
            end = len(data) if found is None else found.start()
        segments.append(Segment(marker, at, min(end, len(data))))
        if len(segments) > _MOST_SEGMENTS:
            return None
        at = end
    if scans > 0 and at == len(data):
        return JpegLayout(tuple(segments), at, False)
    return None


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment; its payload takes at most 65,533 bytes (B.1.1.4)."""
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload
