"""JPEG XL pictures, which imagecodecs decodes, brought to the colours that their header tells."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import MissingReaderError, PictureError
from foveate.pictures.colours.colour_coding import coding_of
from foveate.pictures.colours.shown_colours import as_shown
from foveate.pictures.containers.isobmff import boxes
from foveate.pictures.containers.jxl_header import CONTAINER, JxlHeader, jxl_header
from foveate.pictures.decoded import Decoded, eight_bits
from foveate.pictures.over_limits import over_pixels


def read_jxl(encoded: bytes, name: str, max_pixels: int) -> Decoded:
    """A JPEG XL picture by imagecodecs, upright; EXIF and XMP of its boxes come too.

    One that holds a JPEG is read by that where it can be had (`jpeg_in_jxl.py`).

    Raises:
        MissingReaderError: imagecodecs is not installed.
        PictureError: the picture is too large, or damaged.
    """
    header = jxl_header(encoded) or JxlHeader(0, 0)
    width, height = header.width, header.height
    if width * height > max_pixels:
        raise PictureError(f"{name}: {over_pixels(width, height, max_pixels)}")
    try:
        from imagecodecs import jpegxl_decode
    except ImportError as error:
        raise MissingReaderError(f"{name}: is a JPEG XL picture", "jxl") from error
    try:
        samples = np.asarray(jpegxl_decode(encoded))
    except MemoryError:
        raise
    except Exception as error:  # imagecodecs raises its own kinds
        raise PictureError(
            f"{name}: is damaged and cannot be decoded; take another copy"
        ) from error
    notes: list[str] = []
    if samples.ndim == 4:
        notes.append(f"first of {len(samples)} frames")
        samples = samples[0]
    if samples.dtype.kind == "f":
        samples = np.rint(np.clip(np.nan_to_num(samples), 0, 1) * 65_535).astype(np.uint16)
    if samples.ndim == 3 and samples.shape[2] == 1:
        samples = samples[..., 0]
    if samples.ndim not in (2, 3) or (samples.ndim == 3 and samples.shape[2] > 4):
        raise PictureError(f"{name}: has channels that are no colours; convert it first")
    parts = dict(boxes(encoded)) if encoded.startswith(CONTAINER) else {}
    exif = parts.get(b"Exif", b"")
    if b"brob" in parts:
        notes.append("left out: metadata that are compressed by Brotli")
    pixels, icc = _shown(samples, header, notes)
    from PIL import Image

    return Decoded(
        image=Image.fromarray(pixels),
        format="JXL",
        icc=icc,
        exif=exif[4 + int.from_bytes(exif[:4], "big") :] or None,
        xmp=parts.get(b"xml ") or None,
        notes=tuple(notes),
    )


def _shown(
    samples: npt.NDArray[Any], header: JxlHeader, notes: list[str]
) -> tuple[npt.NDArray[np.uint8], bytes | None]:
    """Pixels of 8 bits that look as the header says, and the profile that they need."""
    if samples.dtype.itemsize > 1:
        notes.append("16-bit reduced to 8-bit")
    pixels = np.ascontiguousarray(eight_bits(samples, np.iinfo(samples.dtype).max))
    coding = None if header.colours is None else coding_of(header.colours)
    if coding is None:
        what = "a profile" if header.has_profile else "what is not read here"
        notes.append(f"colours taken as sRGB, though {what} in the file says otherwise")
        return pixels, None
    if coding.is_srgb:
        return pixels, None
    if samples.ndim == 2 or samples.shape[2] == 3:
        return as_shown(samples, coding, notes)
    colours = samples[..., :-1] if samples.shape[2] == 4 else samples[..., 0]
    shown, icc = as_shown(colours, coding, notes)
    return np.dstack([shown, pixels[..., -1]]), icc
