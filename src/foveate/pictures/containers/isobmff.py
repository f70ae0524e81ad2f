"""Boxes of the ISO base media file format (ISO 14496-12), in which HEIF, AVIF and JPEG XL lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foveate.deadline import check_time

_MOST_ITEMS = 10_000
"""A picture of 250 megapixels in tiles of 256 x 256 has some 4,000."""


@dataclass(frozen=True)
class CodingPoints:
    """How colours are coded (ITU-T H.273): numbers of primaries and transfer, and the range."""

    primaries: int
    transfer: int
    full_range: bool = True


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Kind and contents of each box; ends where a box is cut short."""
    end = len(data) if end is None else end
    at = start
    while at + 8 <= end:
        check_time()
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        kind = data[at + 4 : at + 8]
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:  # the last box
            size = end - at
        if size < head or at + size > end:
            return
        yield kind, data[at + head : at + size]
        at += size


def brands(data: bytes) -> frozenset[bytes]:
    """The major and compatible brands of a file; none for other formats."""
    if data[4:8] != b"ftyp":
        return frozenset()
    body = data[8 : min(int.from_bytes(data[:4], "big"), 4096)]
    found = {body[at : at + 4] for at in range(8, len(body) - 3, 4)}
    return frozenset(found | {body[:4]})


def coding_points(data: bytes) -> CodingPoints | None:
    """What the "nclx" box of a HEIF or AVIF file's primary picture says; None without one.

    Where properties are not told apart by picture, the first such box counts.
    """
    meta = dict(boxes(data)).get(b"meta", b"")[4:]
    parts = dict(boxes(meta))
    properties = dict(boxes(parts.get(b"iprp", b"")))
    listed = list(boxes(properties.get(b"ipco", b"")))
    of_primary = _of_primary(properties.get(b"ipma", b""), parts.get(b"pitm", b""))
    for number, (kind, body) in enumerate(listed, 1):
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 11:
            if of_primary and number not in of_primary:
                continue
            return CodingPoints(
                int.from_bytes(body[4:6], "big"),
                int.from_bytes(body[6:8], "big"),
                bool(body[10] & 0x80),
            )
    return None


def associations(ipma: bytes) -> dict[int, frozenset[int]]:
    """The numbers of each item's properties (ISO 23008-12, 9.3)."""
    found: dict[int, frozenset[int]] = {}
    if len(ipma) < 8:
        return found
    item_bytes, wide = (4 if ipma[0] >= 1 else 2), bool(ipma[3] & 1)
    step, mask = (2, 0x7FFF) if wide else (1, 0x7F)
    at = 8
    for _ in range(min(int.from_bytes(ipma[4:8], "big"), _MOST_ITEMS)):
        if at + item_bytes >= len(ipma):
            break
        item = int.from_bytes(ipma[at : at + item_bytes], "big")
        at += item_bytes
        end = at + 1 + step * ipma[at]
        numbers = (ipma[n : n + step] for n in range(at + 1, end, step))
        found[item] = frozenset(int.from_bytes(each, "big") & mask for each in numbers)
        at = end
    return found


def _of_primary(ipma: bytes, pitm: bytes) -> frozenset[int]:
    """The numbers of the primary picture's properties; none where that is not told."""
    if len(pitm) < 6:
        return frozenset()
    primary = int.from_bytes(pitm[4 : 6 if pitm[0] == 0 else 8], "big")
    return associations(ipma).get(primary, frozenset())
