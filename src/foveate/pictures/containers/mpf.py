"""The index of a Multi-Picture file: which pictures follow the first one (CIPA DC-007)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MPF_HEADER = b"MPF\0"
_UNDEFINED, _LONG = 7, 4
_ENTRIES_AT, _ENTRY_BYTES = 8 + 2 + 3 * 12 + 4, 16
_PRIMARY = 0x030000
"""The attributes of a baseline primary picture (5.2.3.3.1); other pictures have zero here."""


def mpf_payload_bytes(further_pictures: int) -> int:
    """How many bytes `mpf_payload` takes."""
    return len(MPF_HEADER) + _ENTRIES_AT + _ENTRY_BYTES * (1 + further_pictures)


def mpf_payload(primary_bytes: int, index_at: int, picture_bytes: Sequence[int]) -> bytes:
    """The payload of the APP2 segment that lists a file's pictures; its length is fixed.

    Args:
        primary_bytes: the first picture's bytes, from SOI to EOI.
        index_at: where this payload will stand in the file.
        picture_bytes: of each further picture, in file order and without gaps.
    """
    count = 1 + len(picture_bytes)
    entries = [struct.pack(">IIIHH", _PRIMARY, primary_bytes, 0, 0, 0)]
    at = primary_bytes - (index_at + len(MPF_HEADER))  # offsets count from the endian mark
    for size in picture_bytes:
        entries.append(struct.pack(">IIIHH", 0, size, at, 0, 0))
        at += size
    directory = (
        struct.pack(">H", 3)
        + struct.pack(">HHI4s", 0xB000, _UNDEFINED, 4, b"0100")
        + struct.pack(">HHII", 0xB001, _LONG, 1, count)
        + struct.pack(">HHII", 0xB002, _UNDEFINED, _ENTRY_BYTES * count, _ENTRIES_AT)
        + struct.pack(">I", 0)
    )
    return MPF_HEADER + b"MM\0*" + struct.pack(">I", 8) + directory + b"".join(entries)
