"""The image that stands for a picture on a page: the picture's own file, or a new one.

A picture's own file is used where browsers decode it to the pixels that were measured.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from foveate.coders.jpeg.headers import opened_jpeg
from foveate.coders.jpeg.source import bare_jpeg
from foveate.pictures import Picture
from foveate.pictures.colours.srgb import in_srgb

FULL_PIXELS = 8_000_000
"""Pictures of up to this many pixels are shown pixel for pixel, whatever file they come from."""

REDUCED_PIXELS = 2_000_000
"""Larger pictures are reduced to this many pixels, unless every file is within HELD_BYTES."""

HELD_BYTES = 4_000_000
"""The largest file that a page shows of a picture of more than FULL_PIXELS."""

_MEDIA = {"PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif", "GIF": "image/gif"}
_WHOLE = "the file itself"


@dataclass(frozen=True)
class Shown:
    """The image that stands for a picture on a page."""

    data: bytes
    media_type: str
    width: int
    height: int
    words: str
    """What the image is, as the end of a sentence: "the file itself"."""


@dataclass(frozen=True)
class Candidates:
    """The images that can stand for one picture; `shown_alike` chooses among them."""

    full: Shown | None
    """An image of all pixels; None where that would make the page too large."""
    reduced: Shown | None
    """A smaller image; None where the picture is so small that `full` always does."""


def candidates(picture: Picture) -> Candidates:
    """The images that can stand for a picture."""
    own = _own_file(picture)
    if picture.width * picture.height <= FULL_PIXELS:
        return Candidates(own or _recoded(picture), None)
    return Candidates(own if own and len(own.data) <= HELD_BYTES else None, _reduced(picture))


def shown_alike(pictures: Sequence[Candidates]) -> list[Shown]:
    """An image for each picture: all of them full or all reduced.

    If only some were reduced, that alone would make them differ.
    """
    full = [each.full for each in pictures if each.full is not None]
    if len(full) == len(pictures):
        return full
    return [each.reduced for each in pictures if each.reduced is not None]


def data_uri(data: bytes, media_type: str) -> str:
    """The bytes as a data: URI (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def png(picture: Picture) -> bytes:
    """The picture's pixels as a PNG, with their colour profile."""
    buffer = io.BytesIO()
    Image.fromarray(picture.pixels).save(buffer, "PNG", icc_profile=picture.icc)
    return buffer.getvalue()


def _own_file(picture: Picture) -> Shown | None:
    """The picture's own file; None where browsers may not decode it to the measured pixels.

    A JPEG is stripped of its metadata, since pages are passed on and a photo may tell where it was
    taken.
    """
    encoded = picture.encoded
    if encoded is None:
        return None
    size = picture.width, picture.height
    if picture.format == "JPEG":
        with opened_jpeg(encoded) as header:
            if header.mode not in ("L", "RGB"):  # browsers differ in how they decode the others
                return None
        bare = bare_jpeg(encoded)
        if bare is None:
            return None
        stripped, _ = bare
        words = _WHOLE if stripped == encoded else f"{_WHOLE}, without its metadata"
        return Shown(stripped, "image/jpeg", *size, words)
    carried = picture.carried
    kept = picture.notes or picture.exif or picture.xmp or carried.comments or carried.left_out
    if picture.format not in _MEDIA or kept:
        return None
    return Shown(encoded, _MEDIA[picture.format], *size, _WHOLE)


def _recoded(picture: Picture) -> Shown:
    words = "its pixels, recoded without loss"
    return Shown(png(picture), "image/png", picture.width, picture.height, words)


def _reduced(picture: Picture) -> Shown:
    size = fitting(picture.width, picture.height, REDUCED_PIXELS)
    image = Image.fromarray(in_srgb(picture).pixels).resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, subsampling=0)
    words = f"the picture reduced to {size[0]} × {size[1]}"
    return Shown(buffer.getvalue(), "image/jpeg", *size, words)


def fitting(width: int, height: int, pixels: int) -> tuple[int, int]:
    """The largest (width, height) of about this aspect ratio with at most `pixels` pixels."""
    scale = min(1.0, (pixels / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))
