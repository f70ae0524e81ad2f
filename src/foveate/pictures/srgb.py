"""A picture in the colours that a file without a profile is shown in."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from PIL import Image

from foveate.pictures.picture import Picture

_STRIP_ROWS = 256


def is_srgb(icc: bytes | None) -> bool:
    """Whether pixels look the same without this profile; True for None and what cannot be read."""
    from PIL import ImageCms

    if icc is None:
        return True
    try:
        description = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    except (ImageCms.PyCMSError, OSError):
        return True
    return "srgb" in description.lower()


def in_srgb(picture: Picture) -> Picture:
    """The picture brought to sRGB through its profile, which is dropped; a note tells."""
    from PIL import ImageCms

    if is_srgb(picture.icc):
        return dataclasses.replace(picture, icc=None)
    assert picture.icc is not None
    mode = "L" if picture.pixels.ndim == 2 else "RGB"
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(picture.icc)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, ValueError):
        note = "colour profile dropped; it does not fit the picture"
        return dataclasses.replace(picture, icc=None, notes=(*picture.notes, note))
    pixels = np.empty_like(picture.pixels)
    for top in range(0, picture.height, _STRIP_ROWS):
        strip = Image.fromarray(picture.pixels[top : top + _STRIP_ROWS])
        colours = transform.apply(strip)
        pixels[top : top + _STRIP_ROWS] = np.asarray(colours.convert(mode))
    note = "colours converted to sRGB"
    return dataclasses.replace(picture, pixels=pixels, icc=None, notes=(*picture.notes, note))
