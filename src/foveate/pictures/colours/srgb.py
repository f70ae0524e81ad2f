"""A picture in the colours that a file without a profile is shown in."""

from __future__ import annotations

import dataclasses
import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.pictures.picture import Picture
from foveate.pictures.transparency import Transparency

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_STRIP_ROWS = 256
_MODES = {b"RGB ": "RGB", b"GRAY": "L"}
"""Pillow's mode of a profile's colour space (ICC.1:2022, 7.2.6)."""
_UNSEEN = 2
"""Levels by which profiles of one colour space differ in their rounding."""


def is_srgb(icc: bytes | None) -> bool:
    """Whether pixels look the same without this profile; False where that cannot be told.

    By what it does to colours, not by its name: "linear sRGB" is another.
    """
    from PIL import ImageCms

    if icc is None:
        return True
    mode = _MODES.get(icc[16:20])
    if mode is None:
        return False
    try:
        transform = _to_srgb(icc, mode)
    except (ImageCms.PyCMSError, ValueError, OSError):
        return False
    colours = _sample_colours(mode)
    shown = transform.apply(Image.fromarray(colours)).convert(mode)
    return bool(np.abs(np.asarray(shown).astype(int) - colours).max() <= _UNSEEN)


def _sample_colours(mode: str) -> npt.NDArray[np.uint8]:
    """A row of every seventeenth level of each channel, in all combinations."""
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    if mode == "L":
        return levels[None]
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)


def _to_srgb(icc: bytes, mode: str) -> ImageCmsTransform:
    from PIL import ImageCms

    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def in_srgb(picture: Picture) -> Picture:
    """The picture brought to sRGB through its profile, which is dropped; a note tells."""
    from PIL import ImageCms

    if is_srgb(picture.icc):
        return dataclasses.replace(picture, icc=None)
    assert picture.icc is not None
    mode = "L" if picture.pixels.ndim == 2 else "RGB"
    try:
        transform = _to_srgb(picture.icc, mode)
    except (ImageCms.PyCMSError, ValueError, OSError):
        note = "colour profile dropped; it does not fit the picture"
        return dataclasses.replace(picture, icc=None, notes=(*picture.notes, note))
    pixels = _through(transform, picture.pixels, mode)
    kept = picture.transparency
    if kept is not None:
        kept = Transparency(_through(transform, kept.colour, mode), kept.alpha)
    note = "colours converted to sRGB"
    return dataclasses.replace(
        picture, pixels=pixels, icc=None, notes=(*picture.notes, note), transparency=kept
    )


def _through(
    transform: ImageCmsTransform, pixels: npt.NDArray[np.uint8], mode: str
) -> npt.NDArray[np.uint8]:
    """Pixels of Pillow's mode in the colours that a transform leads to."""
    made = np.empty_like(pixels)
    for top in range(0, len(pixels), _STRIP_ROWS):
        colours = transform.apply(Image.fromarray(pixels[top : top + _STRIP_ROWS]))
        made[top : top + _STRIP_ROWS] = np.asarray(colours.convert(mode))
    return made
