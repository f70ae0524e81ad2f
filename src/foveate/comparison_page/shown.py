"""How a picture is put into a page: as its own file where a browser shows that, else anew."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from foveate.coders.jpeg.headers import opened_jpeg
from foveate.coders.jpeg.source import bare_jpeg
from foveate.pictures import Picture
from foveate.pictures.srgb import in_srgb

FULL_PIXELS = 8_000_000
"""Up to this size pictures are shown pixel for pixel, whatever file they come from."""

REDUCED_PIXELS = 2_000_000
"""What larger pictures are shown in, unless all are files that a page can hold."""

HELD_BYTES = 4_000_000
"""Of one file of a picture larger than FULL_PIXELS."""

_MEDIA = {"PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif", "GIF": "image/gif"}
_WHOLE = "the file itself"


@dataclass(frozen=True)
class Shown:
    """A picture as an image of a page."""

    data: bytes
    media_type: str
    width: int
    height: int
    words: str
    """How it relates to the picture that was measured."""


@dataclass(frozen=True)
class Candidates:
    """The ways to show one picture; which it is depends on the others beside it."""

    full: Shown | None
    """All its pixels; None where that would make too large a page."""
    reduced: Shown | None
    """None where it is small enough never to need it."""


def candidates(picture: Picture) -> Candidates:
    """How a picture can be shown."""
    own = _own_file(picture)
    if picture.width * picture.height <= FULL_PIXELS:
        return Candidates(own or _recoded(picture), None)
    return Candidates(own if own and len(own.data) <= HELD_BYTES else None, _reduced(picture))


def shown_alike(pictures: Sequence[Candidates]) -> list[Shown]:
    """One way for all: pictures of which some were reduced would differ by that alone."""
    full = [each.full for each in pictures if each.full is not None]
    if len(full) == len(pictures):
        return full
    return [each.reduced for each in pictures if each.reduced is not None]


def data_uri(data: bytes, media_type: str) -> str:
    """The bytes as a data: URI (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def png(picture: Picture) -> bytes:
    """The picture's pixels, with the profile they are in."""
    buffer = io.BytesIO()
    Image.fromarray(picture.pixels).save(buffer, "PNG", icc_profile=picture.icc)
    return buffer.getvalue()


def _own_file(picture: Picture) -> Shown | None:
    """The file itself where browsers decode it to the pixels that were measured.

    Pages are passed on, so a JPEG goes without what its metadata tell of place and camera.
    """
    encoded = picture.encoded
    if encoded is None:
        return None
    size = picture.width, picture.height
    if picture.format == "JPEG":
        with opened_jpeg(encoded) as header:
            if header.mode not in ("L", "RGB"):  # browsers decode others in their own ways
                return None
        bare = bare_jpeg(encoded)
        if bare is None:
            return None
        stripped, _ = bare
        words = _WHOLE if stripped == encoded else f"{_WHOLE}, without its metadata"
        return Shown(stripped, "image/jpeg", *size, words)
    kept = picture.notes or picture.exif or picture.xmp
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
    words = f"reduced to {size[0]} × {size[1]}"
    return Shown(buffer.getvalue(), "image/jpeg", *size, words)


def fitting(width: int, height: int, pixels: int) -> tuple[int, int]:
    """The largest (width, height) of this aspect, whole and 1 at least, of at most `pixels`."""
    scale = min(1.0, (pixels / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))
