"""A file's bytes to Pillow's image, by the formats of photographs alone."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from foveate.deadline import check_time

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

# Photographs' formats, the common ones first. HEIF and JXL count only where the caller has
# registered a Pillow plug-in; formats that start other programs (EPS) or have no magic are out.
_COMMON = ("JPEG", "PNG", "GIF", "BMP", "PPM")
_FORMATS = (*_COMMON, "WEBP", "TIFF", "AVIF", "JPEG2000", "QOI", "HEIF", "JXL")


def opened(encoded: bytes) -> PillowImage:
    """The image in a file's bytes, of which the header is read and the pixels are not.

    Pillow's readers are called one by one, as `Image.open` does, but without Pillow's own limit of
    pixels: that is a global, which could only be lifted for all threads at once.

    Raises UnidentifiedImageError, and whatever Pillow's readers raise.
    """
    from PIL import Image, UnidentifiedImageError

    Image.preinit()
    image = _by_formats(encoded, _COMMON)
    if image is None:
        Image.init()
        image = _by_formats(encoded, _FORMATS)
    if image is None:
        raise UnidentifiedImageError("no format of photographs")
    return image


def _by_formats(encoded: bytes, formats: tuple[str, ...]) -> PillowImage | None:
    from PIL import Image

    for name in formats:
        if name not in Image.OPEN:
            continue
        reader, accepts = Image.OPEN[name]
        if accepts is not None and accepts(encoded[:16]) is not True:  # a text says why not
            continue
        try:
            return reader(_TimedBytes(encoded), "")
        except (SyntaxError, IndexError, TypeError, struct.error):  # these say "another format"
            continue
    return None


class _TimedBytes(io.BytesIO):
    """A file's bytes whose reading ends once the time is over: decoders read on as they work."""

    def read(self, size: int | None = -1) -> bytes:
        check_time()
        return super().read(size)
