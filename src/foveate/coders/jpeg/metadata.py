"""What a picture carries beside its pixels, as JPEG segments: EXIF, XMP, ICC profile and others."""

from __future__ import annotations

from collections.abc import Iterable

from foveate.pictures.containers.jpeg_layout import (
    APP0,
    APP1,
    APP2,
    APP13,
    APP14,
    COM,
    Segment,
    jpeg_layout,
    segment,
)
from foveate.pictures.containers.photoshop import PHOTOSHOP_HEADER
from foveate.pictures.metadata.exif import rights_exif, without_maker_note
from foveate.pictures.metadata.xmp import extended_guid, pointing_packet

EXIF_HEADER = b"Exif\0\0"
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_XMP_HEADER = b"http://ns.adobe.com/xmp/extension/\0"
ICC_HEADER = b"ICC_PROFILE\0"

MAX_PAYLOAD = 65_533
"""A segment's length field counts itself and has 16 bits (T.81 B.1.1.4)."""

ICC_CHUNK = MAX_PAYLOAD - len(ICC_HEADER) - 2
"""Bytes of a profile that one APP2 segment holds (ICC.1, annex B.4)."""

_EXTENDED_CHUNK = 65_400
"""Bytes of extended XMP in a segment, as XMP part 3 (1.1.3.1) advises."""

Part = tuple[bytes, tuple[str, ...]]
"""Whole segments, and a note for each thing that did not fit."""


def _in_one_segment(name: str, header: bytes, body: bytes, marker: int = APP1) -> Part:
    room = MAX_PAYLOAD - len(header)
    if len(body) > room:
        return b"", (f"{name} of {len(body):,} bytes dropped: a JPEG segment holds {room:,}",)
    return segment(marker, header + body), ()


def _exif_segment(exif: bytes) -> Part:
    """EXIF as far as it fits: whole, without its maker's own data, or artist and copyright."""
    room = MAX_PAYLOAD - len(EXIF_HEADER)
    if len(exif) > room:
        told = f"of {len(exif):,} bytes dropped: a JPEG segment holds {room:,}"
        less = without_maker_note(exif)
        if less is not None and len(less) <= room:
            return segment(APP1, EXIF_HEADER + less), (f"the maker note in EXIF {told}",)
        least = rights_exif(exif)
        if least is not None and len(least) <= room:
            kept = segment(APP1, EXIF_HEADER + least)
            return kept, (f"EXIF but for artist and copyright {told}",)
    return _in_one_segment("EXIF", EXIF_HEADER, exif)


def _xmp_segments(xmp: bytes, extended: bytes) -> Part:
    """The packet; one that is too long goes into extended XMP, where there is none yet."""
    if len(xmp) > MAX_PAYLOAD - len(XMP_HEADER) and not extended and _is_packet(xmp):
        xmp, extended = pointing_packet(xmp), xmp
    first, notes = _in_one_segment("XMP", XMP_HEADER, xmp)
    if not extended or notes:
        return first, notes
    head = EXTENDED_XMP_HEADER + extended_guid(extended) + len(extended).to_bytes(4, "big")
    parts = (
        segment(APP1, head + at.to_bytes(4, "big") + extended[at : at + _EXTENDED_CHUNK])
        for at in range(0, len(extended), _EXTENDED_CHUNK)
    )
    return first + b"".join(parts), ()


def _is_packet(xmp: bytes) -> bool:
    return b"RDF" in xmp


def _in_chunks(marker: int, header: bytes, body: bytes) -> bytes:
    room = MAX_PAYLOAD - len(header)
    return b"".join(
        segment(marker, header + body[at : at + room]) for at in range(0, len(body), room)
    )


def _icc_segments(profile: bytes) -> Part:
    chunks = [profile[i : i + ICC_CHUNK] for i in range(0, len(profile), ICC_CHUNK)]
    if len(chunks) > 255:
        room = 255 * ICC_CHUNK
        return b"", (f"ICC profile of {len(profile):,} bytes dropped: a JPEG holds {room:,}",)
    segments = (
        segment(APP2, ICC_HEADER + bytes([number, len(chunks)]) + chunk)
        for number, chunk in enumerate(chunks, 1)
    )
    return b"".join(segments), ()


def segments(
    *,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    icc: bytes | None = None,
    extended_xmp: bytes = b"",
    photoshop: bytes = b"",
    comments: Iterable[bytes] = (),
    further_app2: Iterable[bytes] = (),
) -> Part:
    """APP and COM segments, markers and lengths included, to stand after a file's JFIF segment.

    What does not fit is dropped and told, never an error; what is None or empty is left out.

    Args:
        exif: a TIFF structure, without the "Exif" header.
        xmp: an XMP packet, without the APP1 name space.
        icc: a whole profile.
        extended_xmp: the rest of the XMP, to which the packet points by its MD5.
        photoshop: image resources, without the APP13 header.
        comments: texts of COM segments.
        further_app2: whole payloads of APP2.

    Returns:
        The segments joined, and one note for each that was dropped.
    """
    parts: list[Part] = []
    if exif:
        parts.append(_exif_segment(exif))
    if xmp:
        parts.append(_xmp_segments(xmp, extended_xmp))
    if icc:
        parts.append(_icc_segments(icc))
    parts += [_in_one_segment("an APP2 segment", b"", body, APP2) for body in further_app2]
    if photoshop:
        parts.append((_in_chunks(APP13, PHOTOSHOP_HEADER, photoshop), ()))
    parts += [_in_one_segment("a comment", b"", comment, COM) for comment in comments if comment]
    return b"".join(data for data, _ in parts), tuple(n for _, notes in parts for n in notes)


def spliced(jpeg: bytes, app_segments: bytes) -> bytes:
    """A JPEG file with segments put after its SOI, and after JFIF's APP0 where it has one."""
    at = 2
    if jpeg[2:4] == b"\xff\xe0" and jpeg[6:11] == b"JFIF\0":
        at += 2 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:at] + app_segments + jpeg[at:]


def without_metadata(jpeg: bytes) -> bytes | None:
    """A JPEG file without its APPn and COM segments, but for what says how its colours are coded.

    The header of JFIF's own segment stays, but its thumbnail goes, since that shows the picture.
    What follows the picture's end goes too: further pictures (MPO) have metadata of their own.
    None for a file that is not laid out as T.81 B.2 has it.
    """
    layout = jpeg_layout(jpeg)
    if layout is None:
        return None
    needed = (_needed_part(jpeg, each) for each in layout.segments)
    return b"".join([jpeg[:2], *needed, b"\xff\xd9" if layout.has_eoi else b""])


def _needed_part(jpeg: bytes, found: Segment) -> bytes:
    """What a decoder needs of a segment: nothing of comments and of most APPn segments.

    JFIF's header in APP0 and Adobe's in APP14 are needed, because they say what the colours are.
    """
    marker, payload = found.marker, jpeg[found.start + 4 : found.end]
    if marker == APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return segment(APP0, payload[:12] + b"\0\0")  # a thumbnail of no columns and rows
    if marker == APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
        return segment(APP14, payload[:12])
    dropped = APP0 <= marker <= 0xEF or marker == COM
    return b"" if dropped else jpeg[found.start : found.end]
