"""libwebp behind Pillow: pixels and a quality to a WebP file."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, features

from foveate.errors import MissingExtraError
from foveate.pictures import Picture

MAX_SIDE = 16_383
"""The longest side that a lossy WebP holds (RFC 9649, 2.5)."""
LEVELS_A_QUALITY = 2
"""libwebp takes fractions; halves of its qualities reach nearly all files that it writes."""
FINEST = 100 * LEVELS_A_QUALITY
"""The level of quality 100; level 0 is quality 0."""
METHODS = {"fast": 4, "default": 6, "best": 6}
"""How slowly libwebp works, by effort; 6 is its slowest."""


@dataclass(frozen=True)
class WebpMetadata:
    """What goes into the file beside the pixels; empty for what does not."""

    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""

    @classmethod
    def of(cls, picture: Picture) -> WebpMetadata:
        """All that a picture has of these."""
        return cls(picture.icc or b"", picture.exif or b"", picture.xmp or b"")

    @property
    def size(self) -> int:
        """How many bytes of a file they are."""
        return len(self.icc) + len(self.exif) + len(self.xmp)


class LevelFiles:
    """The files of one picture at libwebp's qualities, each made once."""

    def __init__(self, picture: Picture, metadata: WebpMetadata, *, method: int) -> None:
        self.metadata = metadata
        self._method = method
        kept = picture.transparency
        pixels = picture.pixels if kept is None else np.dstack([kept.colour, kept.alpha])
        image = Image.fromarray(pixels)
        # Pillow would convert at each level; libwebp holds no grey
        self._image = image.convert("RGB" if kept is None else "RGBA")
        self._made: dict[int, bytes] = {}

    def at(self, level: int) -> bytes:
        """The file of a level, 0 to `FINEST`."""
        if level not in self._made:
            file = io.BytesIO()
            self._image.save(
                file,
                "WEBP",
                quality=level / LEVELS_A_QUALITY,
                method=self._method,
                icc_profile=self.metadata.icc,
                exif=self.metadata.exif,
                xmp=self.metadata.xmp,
            )
            self._made[level] = file.getvalue()
        return self._made[level]


def check_encoder() -> None:
    """Raises MissingExtraError where Pillow has no libwebp."""
    if not features.check("webp"):
        raise MissingExtraError("writing WebP", "pillow>=11.3")
