"""What a file carries beside pixels, EXIF, XMP and ICC profile, as far as a JPEG can hold it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from foveate.pictures.containers.appended import ISO_GAIN_MAP, Appended, appended_to
from foveate.pictures.containers.heif_items import left_out_of
from foveate.pictures.containers.jpeg_layout import (
    APP0,
    APP1,
    APP11,
    APP12,
    APP13,
    APP14,
    COM,
    JpegLayout,
    jpeg_layout,
)
from foveate.pictures.containers.mpf import MPF_HEADER
from foveate.pictures.containers.photoshop import (
    PHOTOSHOP_HEADER,
    iptc_as_resource,
    joined_resources,
)

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_KNOWN = (
    *(b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", _EXTENDED_XMP),
    *(b"ICC_PROFILE\0", MPF_HEADER, ISO_GAIN_MAP, PHOTOSHOP_HEADER, b"Adobe_CM\0", b"Ducky"),
)
"""Segments that are kept or that only tell how the old file was coded."""
_RATIO, _INCH, _CENTIMETRE = 0, 1, 2
_IPTC_TAG, _PHOTOSHOP_TAG, _JUMBF_TAG = 33723, 34377, 0xCD41
CREDENTIALS = "Content Credentials (C2PA), which hold for the unchanged file only"


@dataclass(frozen=True)
class Density:
    """How densely pixels are printed, in JFIF's units (T.871, 10.1): 0 a ratio, 1 inch, 2 cm."""

    unit: int
    across: int
    down: int

    def turned(self) -> Density:
        return Density(self.unit, self.down, self.across)


@dataclass(frozen=True)
class Carried:
    """What is carried, and the names of what is not, for notes."""

    photoshop: bytes = b""
    """Photoshop's image resources, IPTC's data among them."""
    comments: tuple[bytes, ...] = ()
    density: Density | None = None
    extended_xmp: bytes = b""
    """The part of the XMP that did not fit into one segment (XMP part 3, 1.1.3.1)."""
    appended: Appended = field(default_factory=Appended)
    left_out: tuple[str, ...] = ()

    def but(self, **parts: Any) -> Carried:
        return replace(self, **parts)


def carried_by(image: PillowImage, encoded: bytes | None, file_format: str | None) -> Carried:
    """What an opened picture carries; `encoded` are its file's bytes, where there are any."""
    layout = jpeg_layout(encoded) if encoded is not None and file_format == "JPEG" else None
    if encoded is not None and layout is not None:
        return _by_jpeg(image, encoded, layout)
    comment = image.info.get("comment")
    comments = (comment.encode() if isinstance(comment, str) else comment,) if comment else ()
    carried = Carried(
        comments=tuple(c for c in comments if isinstance(c, bytes)), density=_density(image)
    )
    if file_format == "TIFF":
        return _by_tiff(image, carried)
    if encoded is not None and file_format in ("HEIF", "AVIF"):
        left_out = left_out_of(encoded)
        return carried.but(appended=Appended(left_out=left_out), left_out=left_out)
    if encoded is not None and file_format == "WEBP" and b"C2PA" in encoded[:4096]:
        return carried.but(left_out=(CREDENTIALS,))
    return carried


def _by_jpeg(image: PillowImage, data: bytes, layout: JpegLayout) -> Carried:
    left_out: dict[str, None] = {}
    for segment in layout.segments:
        if APP0 <= segment.marker <= 0xEF and segment.marker not in (APP0, APP14):
            payload = data[segment.start + 4 : segment.end]
            if not payload.startswith(_KNOWN):
                left_out[_name_of(segment.marker, payload)] = None
    extended, complete = _extended_xmp(data, layout)
    if not complete:
        left_out["extended XMP, parts of which are missing"] = None
    appended = appended_to(data, layout)
    return Carried(
        photoshop=joined_resources(layout.payloads(data, APP13)),
        comments=tuple(c for c in layout.payloads(data, COM) if c),
        density=_density(image),
        extended_xmp=extended,
        appended=appended,
        left_out=(*left_out, *appended.left_out),
    )


def _name_of(marker: int, payload: bytes) -> str:
    """What a segment calls itself, or what its marker says."""
    if marker == APP11 and payload.startswith(b"JP"):
        return CREDENTIALS if b"c2pa" in payload else "JUMBF data (APP11)"
    if marker == APP12 and b"[picture info]" in payload:
        return "the camera's picture info (APP12)"
    name = payload[:24].split(b"\0")[0].split(b" ")[0].decode("latin-1")
    known = len(name) > 1 and name.isascii() and name.isprintable()
    return f"{name} data (APP{marker - APP0})" if known else f"APP{marker - APP0} data"


def _extended_xmp(data: bytes, layout: JpegLayout) -> tuple[bytes, bool]:
    """Extended XMP put together of its segments, and whether nothing of it is missing."""
    parts: dict[int, bytes] = {}
    guid, length = b"", 0
    for payload in layout.payloads(data, APP1):
        if payload.startswith(_EXTENDED_XMP) and len(payload) >= len(_EXTENDED_XMP) + 40:
            head = payload[len(_EXTENDED_XMP) :]
            if guid not in (b"", head[:32]):
                continue
            guid, length = head[:32], int.from_bytes(head[32:36], "big")
            parts[int.from_bytes(head[36:40], "big")] = head[40:]
    joined = b""
    for offset in sorted(parts):
        if offset != len(joined):
            break
        joined += parts[offset]
    complete = len(joined) == length
    return (joined if complete else b""), complete


def _density(image: PillowImage) -> Density | None:
    """How densely the file says that it is printed; None where it says nothing of use."""
    info = image.info
    unit, across, down = None, 0.0, 0.0
    if info.get("jfif_unit") in (_INCH, _CENTIMETRE) or "jfif_density" in info:
        unit = info.get("jfif_unit")
        across, down = info["jfif_density"]
        if unit == _RATIO and (across, down) == (1, 1):
            return None
    elif "dpi" in info:
        unit, (across, down) = _INCH, info["dpi"]
    elif "aspect" in info:
        unit, (across, down) = _RATIO, info["aspect"]
    try:
        numbers = round(float(across)), round(float(down))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    if unit not in (_RATIO, _INCH, _CENTIMETRE) or not all(1 <= n <= 65_535 for n in numbers):
        return None
    return Density(unit, *numbers)


def _by_tiff(image: PillowImage, carried: Carried) -> Carried:
    tags = getattr(image, "tag_v2", {})
    left_out = (CREDENTIALS,) if _JUMBF_TAG in tags else ()
    photoshop = tiff_photoshop(tags, getattr(tags, "_endian", "<"))
    return carried.but(photoshop=photoshop, left_out=left_out)


def tiff_photoshop(tags: Mapping[int, Any], order: str = "<") -> bytes:
    """The image resources that a TIFF file's tags hold, or IPTC's data as one of them."""
    photoshop, iptc = (_as_bytes(tags.get(tag), order) for tag in (_PHOTOSHOP_TAG, _IPTC_TAG))
    if photoshop:
        return joined_resources((PHOTOSHOP_HEADER + photoshop,))
    return iptc_as_resource(iptc) if iptc else b""


def _as_bytes(value: object, order: str) -> bytes:
    """A TIFF value as bytes; many programs call IPTC's data numbers of 32 bits."""
    if isinstance(value, tuple) and all(isinstance(v, int) and 0 <= v < 2**32 for v in value):
        return struct.pack(f"{order}{len(value)}I", *value)
    return bytes(value) if isinstance(value, (bytes, bytearray)) else b""
