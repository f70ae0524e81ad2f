"""Loaded pixels of a file that tells its colours without a profile, brought to what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from foveate.pictures.colours.colour_coding import ColourCoding, boxed_coding, png_coding
from foveate.pictures.colours.shown_colours import as_shown
from foveate.pictures.colours.sixteen_bits import all_bits, transparent_sample
from foveate.pictures.conversion import Converted
from foveate.pictures.decoded import eight_bits
from foveate.pictures.opening import opened
from foveate.pictures.transparency import Backdrop, Transparency, laid_on

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage


def coded_colours(
    image: PillowImage, encoded: bytes, made: Converted, backdrop: Backdrop, notes: list[str]
) -> Converted:
    """The pixels of 8 bits as the file means them, and their profile.

    Args:
        image: the loaded image.
        encoded: its file, as Pillow read it.
        made: the image converted to RGB or grey, and the file's profile.
        backdrop: what is done with transparency.
        notes: gets a line where something is changed that a user should know.
    """
    coding: ColourCoding | None = None
    icc = made.icc
    if image.format == "PNG":
        coding, goes_first = png_coding(encoded)
        if icc is not None and not goes_first:
            coding = None
        if coding is not None:
            icc = None
    elif image.format in ("AVIF", "HEIF") and icc is None:
        coding = boxed_coding(encoded)
    key = transparent_sample(encoded) if image.format == "PNG" else None
    converts = coding is not None and not coding.is_srgb
    if key is None and not converts:
        return replace(made, icc=icc)
    samples = all_bits(image, encoded, opened) if image.format == "PNG" else None
    alpha = None if made.transparency is None else made.transparency.alpha
    if samples is not None and samples.ndim == 3 and samples.shape[2] == 4:
        alpha, samples = eight_bits(samples[..., 3], 65_535), samples[..., :3]
    if alpha is not None and alpha.min() == 255:
        alpha = None
    shown = made.pixels if made.transparency is None else made.transparency.colour
    if coding is not None and converts:
        shown, icc = as_shown(shown if samples is None else samples, coding, notes)
    if key is not None and samples is not None:
        clear = (samples.reshape(*samples.shape[:2], -1) == key).all(axis=2)
        if clear.any():
            alpha = np.where(clear, 0, 255).astype(np.uint8)
    if alpha is None:
        return replace(made, pixels=shown, icc=icc)
    pixels = laid_on(shown, alpha, backdrop.samples)
    if backdrop.keeps_alpha:
        return replace(made, pixels=pixels, icc=icc, transparency=Transparency(shown, alpha))
    if backdrop.note not in notes:
        notes.append(backdrop.note)
    return replace(made, pixels=pixels, icc=icc, flattened=True)
