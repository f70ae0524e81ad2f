"""EXIF and XMP of an upright picture: orientation 1, no thumbnail, all else as it was.

The payload is patched in place and not written anew, since maker notes hold offsets into it that
only their maker knows.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING

from foveate.pictures.metadata.placement import Placement, placed_subject
from foveate.pictures.quiet import without_warnings

if TYPE_CHECKING:
    from PIL.Image import Exif

_ORIENTATION, _EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x0112, 0x8769, 0x8825, 0xA005
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xA002, 0xA003
_IMAGE_WIDTH, _IMAGE_LENGTH = 0x0100, 0x0101
_X_RESOLUTION, _Y_RESOLUTION = 0x011A, 0x011B
_SUBJECT_AREA, _SUBJECT_LOCATION = 0x9214, 0xA214
_MAKER_NOTE, _ARTIST, _COPYRIGHT = 0x927C, 0x013B, 0x8298
_STRIP_OFFSETS, _JPEG_OFFSET = 0x0111, 0x0201
_FOCAL_PLANE_X, _FOCAL_PLANE_Y = 0xA20E, 0xA20F
_SHORT, _LONG, _RATIONAL = 3, 4, 5
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


def upright_exif(payload: bytes, *, width: int, height: int, orientation: int = 1) -> bytes | None:
    """The EXIF of a picture that has been turned upright and is now `width` x `height`.

    Takes a TIFF structure with or without the b"Exif\\0\\0" prefix (Exif 2.32, clause 4.5) and
    returns it without: orientation 1, pixel dimensions as given, the thumbnail cut off, and what
    tells places and resolutions turned from the `orientation` that the picture was stored in. None
    where the structure is broken, or its directories point at each other in a circle.
    """
    return placed_exif(payload, Placement.turned(orientation, (width, height)))


def placed_exif(payload: bytes, placement: Placement) -> bytes | None:
    """As `upright_exif`, of the picture that was made by a `Placement`.

    What a cut leaves of the subject's area stays, and a subject that is cut off goes.
    """
    while payload.startswith(b"Exif\0\0"):
        payload = payload[6:]
    try:
        return _Tiff(payload).placed(placement)
    except (struct.error, ValueError):
        return None


def rights_exif(payload: bytes | None, *, orientation: int = 1) -> bytes | None:
    """EXIF that tells artist and copyright alone, and an orientation other than 1.

    None where there is nothing to tell.
    """
    from PIL import Image

    kept, whole = Image.Exif(), Image.Exif()
    if payload is not None:
        with without_warnings(), contextlib.suppress(Exception):  # Pillow raises many kinds
            whole.load(b"Exif\0\0" + payload)
            for tag in (_ARTIST, _COPYRIGHT):
                if whole.get(tag):
                    kept[tag] = whole[tag]
    if orientation != 1:
        kept[_ORIENTATION] = orientation
    return _written(kept) if len(kept) else None


def without_maker_note(payload: bytes) -> bytes | None:
    """The EXIF written anew without its maker's own data; None where it cannot be parsed."""
    from PIL import Image

    exif = Image.Exif()
    with without_warnings(), contextlib.suppress(Exception):  # Pillow raises many kinds
        exif.load(b"Exif\0\0" + payload)
        for tag in (_EXIF_IFD, _GPS_IFD):
            values = exif.get_ifd(tag)
            values.pop(_MAKER_NOTE, None)
            if values:
                exif[tag] = values
        return _written(exif)
    return None


def exif_of_texts(texts: Mapping[int, str]) -> bytes:
    """EXIF of these tags; other letters than ASCII's are written as UTF-8, as most programs do."""
    from PIL import Image

    exif = Image.Exif()
    for tag, text in texts.items():
        exif[tag] = text.encode("utf-8")
    return _written(exif)


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


def _written(exif: Exif) -> bytes:
    return exif.tobytes().removeprefix(b"Exif\0\0")


class _Tiff:
    """A TIFF structure under the knife: knows which bytes its directories reach."""

    def __init__(self, payload: bytes) -> None:
        self.bytes = bytearray(payload)
        self.seen: set[int] = set()
        orders = {b"II*\0": "<", b"MM\0*": ">"}
        if payload[:4] not in orders:
            raise ValueError("no TIFF header")
        self.order = orders[payload[:4]]

    def placed(self, placement: Placement) -> bytes:
        width, height = placement.after
        first = self._read("I", 4)
        self.seen.add(first)
        entries, kept_end = self._directory(first)
        if _ORIENTATION in entries:
            self._write_number(entries[_ORIENTATION], 1, kind=_SHORT)
        for tag, value in ((_IMAGE_WIDTH, width), (_IMAGE_LENGTH, height)):
            if tag in entries:
                self._write_number(entries[tag], value, kind=_LONG)
        if placement.transposed and _X_RESOLUTION in entries and _Y_RESOLUTION in entries:
            self._swap(entries[_X_RESOLUTION], entries[_Y_RESOLUTION])
        for tag in (_EXIF_IFD, _GPS_IFD):
            if tag in entries:
                kept_end = max(kept_end, self._sub_directory(entries[tag], placement))
        link = first + 2 + 12 * self._read("H", first)
        thumbnail = self._read("I", link) if link + 4 <= len(self.bytes) else 0
        if thumbnail:
            self._write("I", link, 0)
            start = self._thumbnail_start(thumbnail)
            if start is not None and start >= kept_end:
                del self.bytes[start:]
        return bytes(self.bytes)

    def _sub_directory(self, entry: int, placement: Placement) -> int:
        """Patches places, dimensions and resolutions; returns where this directory's bytes end.

        Raises ValueError for a directory that was met before.
        """
        offset = self._read("I", entry + 8)
        if offset in self.seen:
            raise ValueError("directories point at each other in a circle")
        self.seen.add(offset)
        try:
            entries, end = self._directory(offset)
        except (struct.error, ValueError):
            return len(self.bytes)
        sizes = zip((_PIXEL_WIDTH, _PIXEL_HEIGHT), placement.after, strict=True)
        for tag, value in sizes:
            if tag in entries:
                self._write_number(entries[tag], value, kind=_LONG)
        if _INTEROP_IFD in entries:
            end = max(end, self._sub_directory(entries[_INTEROP_IFD], placement))
        self._place_focal_plane(entries, placement)
        gone = [
            entries[tag]
            for tag in (_SUBJECT_AREA, _SUBJECT_LOCATION)
            if tag in entries and not self._place_subject(entries[tag], placement)
        ]
        for place in sorted(gone, reverse=True):  # each moves the entries after it
            self._remove(offset, place)
        return end

    def _place_focal_plane(self, entries: dict[int, int], placement: Placement) -> None:
        """Pixels of the sensor's plane a unit of length (Exif 2.32, 4.6.5)."""
        if not {_FOCAL_PLANE_X, _FOCAL_PLANE_Y} <= set(entries):
            return
        pair = entries[_FOCAL_PLANE_X], entries[_FOCAL_PLANE_Y]
        if placement.transposed:
            self._swap(*pair)
        for entry, factor in zip(pair, placement.resized, strict=True):
            _, kind, count = struct.unpack_from(self.order + "HHI", self.bytes, entry)
            if factor == 1 or (kind, count) != (_RATIONAL, 1):
                continue
            at = self._read("I", entry + 8)
            over, under = struct.unpack_from(self.order + "II", self.bytes, at)
            if under and 0 < (value := over / under * factor) < 1e6:
                self._write("II", at, round(value * 1000), 1000)

    def _remove(self, directory: int, entry: int) -> None:
        """Takes an entry out of a directory; those after it, and the link behind them, move up."""
        count = self._read("H", directory)
        end = directory + 2 + 12 * count + 4
        self.bytes[entry:end] = self.bytes[entry + 12 : end] + bytes(12)
        self._write("H", directory, count - 1)

    def _place_subject(self, entry: int, placement: Placement) -> bool:
        """Where the subject is, in the new picture; whether it is there at all."""
        _, kind, count = struct.unpack_from(self.order + "HHI", self.bytes, entry)
        if kind != _SHORT or not 2 <= count <= 4:
            return True
        at = entry + 8 if count == 2 else self._read("I", entry + 8)
        subject = list(struct.unpack_from(f"{self.order}{count}H", self.bytes, at))
        placed = placed_subject(subject, placement)
        if placed is not None:
            self._write(f"{count}H", at, *placed)
        return placed is not None

    def _swap(self, entry: int, other: int) -> None:
        """Exchanges what two entries of one kind hold or point at."""
        first, second = self.bytes[entry + 2 : entry + 12], self.bytes[other + 2 : other + 12]
        self.bytes[entry + 2 : entry + 12], self.bytes[other + 2 : other + 12] = second, first

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
