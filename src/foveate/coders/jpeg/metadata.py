"""What a picture carries beside its pixels, as JPEG APP segments: EXIF, XMP and an ICC profile."""

from __future__ import annotations

import re

EXIF_HEADER = b"Exif\0\0"
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
ICC_HEADER = b"ICC_PROFILE\0"

MAX_PAYLOAD = 65_533
"""A segment's length field counts itself and has 16 bits (T.81 B.1.1.4)."""

ICC_CHUNK = MAX_PAYLOAD - len(ICC_HEADER) - 2
"""Bytes of a profile that one APP2 segment holds (ICC.1, annex B.4)."""

_APP1 = b"\xff\xe1"
_APP2 = b"\xff\xe2"


def _segment(marker: bytes, payload: bytes) -> bytes:
    return marker + (len(payload) + 2).to_bytes(2, "big") + payload


def _in_one_segment(name: str, header: bytes, body: bytes) -> tuple[bytes, tuple[str, ...]]:
    room = MAX_PAYLOAD - len(header)
    if len(body) > room:
        return b"", (f"{name} of {len(body):,} bytes dropped: a JPEG segment holds {room:,}",)
    return _segment(_APP1, header + body), ()


def _icc_segments(profile: bytes) -> tuple[bytes, tuple[str, ...]]:
    chunks = [profile[i : i + ICC_CHUNK] for i in range(0, len(profile), ICC_CHUNK)]
    if len(chunks) > 255:
        room = 255 * ICC_CHUNK
        return b"", (f"ICC profile of {len(profile):,} bytes dropped: a JPEG holds {room:,}",)
    segments = (
        _segment(_APP2, ICC_HEADER + bytes([number, len(chunks)]) + chunk)
        for number, chunk in enumerate(chunks, 1)
    )
    return b"".join(segments), ()


def segments(
    *, exif: bytes | None = None, xmp: bytes | None = None, icc: bytes | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """APP segments, markers and lengths included, to stand after a file's JFIF segment.

    What does not fit is dropped and told, never an error; what is None or empty is left out.

    Args:
        exif: a TIFF structure, without the "Exif" header.
        xmp: an XMP packet, without the APP1 name space. (Extended XMP is not written.)
        icc: a whole profile.

    Returns:
        The segments joined, and one note for each that was dropped.
    """
    parts = []
    if exif:
        parts.append(_in_one_segment("EXIF", EXIF_HEADER, exif))
    if xmp:
        parts.append(_in_one_segment("XMP", XMP_HEADER, xmp))
    if icc:
        parts.append(_icc_segments(icc))
    return b"".join(data for data, _ in parts), tuple(n for _, notes in parts for n in notes)


def spliced(jpeg: bytes, app_segments: bytes) -> bytes:
    """A JPEG file with segments put after its SOI, and after JFIF's APP0 where it has one."""
    at = 2
    if jpeg[2:4] == b"\xff\xe0" and jpeg[6:11] == b"JFIF\0":
        at += 2 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:at] + app_segments + jpeg[at:]


_SOS, _EOI = 0xDA, 0xD9
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def without_metadata(jpeg: bytes) -> bytes | None:
    """A JPEG file without its APPn and COM segments, but for what says how its colours are coded.

    The header of JFIF's own segment stays, but its thumbnail goes, since that shows the picture.
    What follows the picture's end goes too: further pictures (MPO) have metadata of their own.
    None for a file that is not laid out as T.81 B.2 has it.
    """
    out, at, scans = [jpeg[:2]], 2, 0
    while at + 2 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == _EOI:
            return b"".join([*out, jpeg[at : at + 2]])
        if marker == 0xFF:  # a fill byte, B.1.1.2
            at += 1
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == _SOS:
            scans += 1
            end = _end_of_scan(jpeg, end)
        out.append(_needed_part(jpeg[at:end]))
        at = end
    # Decoders forgive a missing EOI after a scan.
    return b"".join(out) if scans > 0 and at == len(jpeg) else None


def _needed_part(segment: bytes) -> bytes:
    """What a decoder needs of a segment: nothing of comments and of most APPn segments.

    JFIF's header in APP0 and Adobe's in APP14 are needed, because they say what the colours are.
    """
    marker, payload = segment[1], segment[4:]
    if marker == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return _segment(b"\xff\xe0", payload[:12] + b"\0\0")  # a thumbnail of no columns and rows
    if marker == 0xEE and payload.startswith(b"Adobe") and len(payload) >= 12:
        return _segment(b"\xff\xee", payload[:12])
    return b"" if 0xE0 <= marker <= 0xEF or marker == 0xFE else segment


def _end_of_scan(jpeg: bytes, at: int) -> int:
    """Where coded data end: at the next marker that is no restart (T.81 B.1.1.2)."""
    found = _AFTER_SCAN.search(jpeg, at)
    return len(jpeg) if found is None else found.start()
