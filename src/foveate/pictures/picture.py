"""The Picture: what every later step is given."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from foveate.pictures.metadata.carried import Carried
from foveate.pictures.reduction import Reduced
from foveate.pictures.transparency import Backdrop, Transparency

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

MAX_PIXELS = 250_000_000
"""Largest picture read by default: above what any phone takes (200 megapixels)."""

MAX_SIDE = 65_500
"""Longest side that the libjpeg family reads and writes (jmorecfg.h, JPEG_MAX_DIMENSION)."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as Foveate works on it: upright, 8 bits a sample.

    `pixels` is uint8, (H, W, 3) RGB or (H, W) grey, in the colour space of `icc` (sRGB where None).
    `exif` is the TIFF payload without its "Exif" prefix, orientation 1, no thumbnail; `xmp` the
    packet without the APP1 name. `encoded` holds the file's own bytes where there was a file, and
    `format` Pillow's name of it ("JPEG" for MPO too). `restored` is the JPEG file that a JPEG XL
    file holds, from which the picture was read. `carried` is what else the file holds.
    `orientation` is the EXIF orientation, 1 to 8, in which the file stores the picture.
    `notes` tell what was done that a user should know. `name` is what messages call the picture.

    `pixels` are opaque: what was transparent is laid on a colour. Where transparency was to be kept
    and there is some, `transparency` holds it; `flattened` tells that there was some which is not
    kept.

    `reduced` is None, but where the reader was let decode the file at a smaller scale: then
    `pixels` show the whole picture in fewer pixels, and there are no `encoded` bytes.
    """

    pixels: npt.NDArray[np.uint8]
    name: str
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    encoded: bytes | None = None
    format: str | None = None
    restored: bytes | None = None
    notes: tuple[str, ...] = ()
    carried: Carried = field(default_factory=Carried)
    transparency: Transparency | None = None
    flattened: bool = False
    orientation: int = 1
    reduced: Reduced | None = None

    @property
    def whole(self) -> tuple[int, int]:
        """Width and height of the picture that the file holds, also where `pixels` are fewer."""
        return (self.width, self.height) if self.reduced is None else self.reduced.size

    @property
    def jpeg(self) -> bytes | None:
        """The JPEG file whose picture this is: the file itself, or what a JPEG XL file holds."""
        return self.encoded if self.format == "JPEG" else self.restored

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    def on(self, background: str) -> Picture:
        """The picture with its transparency, if any, laid on a colour; a note tells that."""
        if self.transparency is None:
            return self
        backdrop = Backdrop(background)
        return replace(
            self,
            pixels=self.transparency.on(backdrop.samples),
            transparency=None,
            flattened=True,
            notes=(*self.notes, backdrop.note),
        )


PictureSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | PillowImage "
    "| npt.NDArray[Any] | Picture"
)
