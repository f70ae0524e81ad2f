"""Loaded pixels of a file that tells its colours without a profile, brought to what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foveate.pictures.colour_coding import ColourCoding, boxed_coding, png_coding
from foveate.pictures.opening import opened
from foveate.pictures.shown_colours import as_shown
from foveate.pictures.sixteen_bits import all_bits, transparent_sample

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Pixels = npt.NDArray[np.uint8]


def coded_colours(
    image: PillowImage, encoded: bytes, pixels: Pixels, icc: bytes | None, notes: list[str]
) -> tuple[Pixels, bytes | None]:
    """The pixels of 8 bits as the file means them, and their profile.

    Args:
        image: the loaded image.
        encoded: its file, as Pillow read it.
        pixels: the image converted to RGB or grey.
        icc: the file's profile.
        notes: gets a line where something is changed that a user should know.
    """
    coding: ColourCoding | None = None
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
        return pixels, icc
    samples = all_bits(image, encoded, opened) if image.format == "PNG" else None
    alpha = None
    if samples is not None and samples.ndim == 3 and samples.shape[2] == 4:
        alpha, samples = samples[..., 3], samples[..., :3]
    if coding is not None and converts:
        shown, profile = as_shown(pixels if samples is None else samples, coding, notes)
        if alpha is not None and alpha.min() < 65_535:
            shown = _on_white(shown, alpha)
        pixels, icc = shown, profile
    if key is not None and samples is not None:
        clear = (samples.reshape(*samples.shape[:2], -1) == key).all(axis=2)
        if clear.any():
            pixels = np.where(clear if pixels.ndim == 2 else clear[..., None], 255, pixels)
            pixels = pixels.astype(np.uint8)
            if "alpha flattened on white" not in notes:
                notes.append("alpha flattened on white")
    return pixels, icc


def _on_white(pixels: Pixels, alpha: npt.NDArray[np.uint16]) -> Pixels:
    share = alpha[..., None].astype(np.uint64)
    mixed = (pixels * share + 255 * (65_535 - share) + 32_767) // 65_535
    return mixed.astype(np.uint8)
