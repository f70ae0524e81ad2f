"""EXIF and XMP of an upright picture: orientation 1, no thumbnail, all else as it was.

The payload is patched in place and not written anew, since maker notes hold offsets into it that
only their maker knows.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Exif

_ORIENTATION, _EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x0112, 0x8769, 0x8825, 0xA005
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xA002, 0xA003
_STRIP_OFFSETS, _JPEG_OFFSET = 0x0111, 0x0201
_SHORT, _LONG = 3, 4
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
# What a TIFF file says of the photo and not of its samples' storage (TIFF 6.0, section 8).
_DESCRIPTIVE = (
    0x010E,  # ImageDescription
    0x010F,  # Make
    0x0110,  # Model
    0x011A,  # XResolution
    0x011B,  # YResolution
    0x0128,  # ResolutionUnit
    0x0131,  # Software
    0x0132,  # DateTime
    0x013B,  # Artist
    0x8298,  # Copyright
)
_XMP_ATTRIBUTE = re.compile(rb"(tiff:Orientation\s*=\s*[\"'])[2-8]([\"'])")
_XMP_ELEMENT = re.compile(rb"(<tiff:Orientation>\s*)[2-8](\s*</tiff:Orientation>)")


def upright_exif(payload: bytes, *, width: int, height: int) -> bytes | None:
    """The EXIF of a picture that has been turned upright and is now `width` x `height`.

    Takes a TIFF structure with or without the b"Exif\\0\\0" prefix (Exif 2.32, clause 4.5) and
    returns it without: orientation 1, pixel dimensions as given, the thumbnail cut off. None where
    the structure is broken.
    """
    while payload.startswith(b"Exif\0\0"):
        payload = payload[6:]
    try:
        return _Tiff(payload).upright(width, height)
    except (struct.error, ValueError):
        return None


def upright_xmp(packet: bytes) -> bytes:
    """The XMP packet with tiff:Orientation 1, in as many bytes as before."""
    packet = _XMP_ATTRIBUTE.sub(rb"\g<1>1\g<2>", packet)
    return _XMP_ELEMENT.sub(rb"\g<1>1\g<2>", packet)


def tiff_exif(tags: Exif) -> bytes | None:
    """The EXIF payload of a photo that came as a TIFF file; None where it says nothing."""
    from PIL import Image

    exif = Image.Exif()
    for tag in _DESCRIPTIVE:
        if tag in tags:
            exif[tag] = tags[tag]
    for tag in (_EXIF_IFD, _GPS_IFD):
        values = tags.get_ifd(tag)
        if values:
            exif.get_ifd(tag).update(values)
            exif[tag] = values
    return exif.tobytes() if len(exif) else None


class _Tiff:
    """A TIFF structure under the knife: knows which bytes its directories reach."""

    def __init__(self, payload: bytes) -> None:
        self.bytes = bytearray(payload)
        orders = {b"II*\0": "<", b"MM\0*": ">"}
        if payload[:4] not in orders:
            raise ValueError("no TIFF header")
        self.order = orders[payload[:4]]

    def upright(self, width: int, height: int) -> bytes:
        first = self._read("I", 4)
        entries, kept_end = self._directory(first)
        if _ORIENTATION in entries:
            self._write_number(entries[_ORIENTATION], 1, kind=_SHORT)
        for tag in (_EXIF_IFD, _GPS_IFD):
            if tag in entries:
                kept_end = max(kept_end, self._sub_directory(entries[tag], width, height))
        link = first + 2 + 12 * self._read("H", first)
        thumbnail = self._read("I", link) if link + 4 <= len(self.bytes) else 0
        if thumbnail:
            self._write("I", link, 0)
            start = self._thumbnail_start(thumbnail)
            if start is not None and start >= kept_end:
                del self.bytes[start:]
        return bytes(self.bytes)

    def _sub_directory(self, entry: int, width: int, height: int) -> int:
        """Patches the pixel dimensions; returns where this directory's bytes end."""
        try:
            entries, end = self._directory(self._read("I", entry + 8))
        except (struct.error, ValueError):
            return len(self.bytes)
        for tag, value in ((_PIXEL_WIDTH, width), (_PIXEL_HEIGHT, height)):
            if tag in entries:
                self._write_number(entries[tag], value, kind=_LONG)
        if _INTEROP_IFD in entries:
            end = max(end, self._sub_directory(entries[_INTEROP_IFD], width, height))
        return end

    def _directory(self, offset: int) -> tuple[dict[int, int], int]:
        """Each tag's entry offset, and the end of the directory and of the values it points at."""
        count = self._read("H", offset)
        entries: dict[int, int] = {}
        end = offset + 2 + 12 * count + 4
        for entry in range(offset + 2, offset + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(self.order + "HHI", self.bytes, entry)
            entries[tag] = entry
            size = _TYPE_BYTES.get(kind, 1) * values
            if size > 4:
                end = max(end, self._read("I", entry + 8) + size)
        return entries, end

    def _thumbnail_start(self, directory: int) -> int | None:
        """Where the thumbnail's directory, values and picture begin; None where it is unclear."""
        try:
            entries, _ = self._directory(directory)
            starts = [directory]
            for entry in entries.values():
                _, kind, values = struct.unpack_from(self.order + "HHI", self.bytes, entry)
                if _TYPE_BYTES.get(kind, 1) * values > 4:
                    starts.append(self._read("I", entry + 8))
            pointers = [entries[tag] for tag in (_JPEG_OFFSET, _STRIP_OFFSETS) if tag in entries]
            starts += [self._read("I", entry + 8) for entry in pointers]
        except (struct.error, ValueError):
            return None
        return min(starts)

    def _write_number(self, entry: int, value: int, *, kind: int) -> None:
        self._write("HI", entry + 2, kind, 1)
        if kind == _LONG:
            self._write("I", entry + 8, value)
        else:
            self._write("HH", entry + 8, value, 0)

    def _read(self, layout: str, offset: int) -> int:
        value: int = struct.unpack_from(self.order + layout, self.bytes, offset)[0]
        return value

    def _write(self, layout: str, offset: int, *values: int) -> None:
        struct.pack_into(self.order + layout, self.bytes, offset, *values)
