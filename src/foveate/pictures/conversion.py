"""Any of Pillow's modes -> upright 8-bit RGB or grey pixels, strip by strip.

Strips keep a big picture from standing in memory more than twice.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foveate.errors import PictureError
from foveate.pictures.decoded import eight_bits
from foveate.pictures.transparency import Backdrop, Transparency, laid_on

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Pixels = npt.NDArray[np.uint8]
_Strip = Callable[["PillowImage"], Pixels]

_STRIP_ROWS = 256
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")
TURNS = {
    1: (False, False, False),
    2: (False, True, False),
    3: (True, True, False),
    4: (True, False, False),
    5: (False, False, True),
    6: (True, False, True),
    7: (True, True, True),
    8: (False, True, True),
}
"""EXIF orientation (Exif 2.32, 4.6.4.A) to: rows turned over, columns turned over, transposed."""


@dataclass(frozen=True, eq=False)
class Converted:
    """Pixels (H, W, 3) or (H, W), the profile they are in, and notes.

    transparency: where it is kept. flattened: whether there was some that is not.
    """

    pixels: Pixels
    icc: bytes | None
    notes: list[str]
    transparency: Transparency | None = None
    flattened: bool = False


def converted(
    image: PillowImage,
    icc: bytes | None,
    *,
    name: str,
    most: int = 65_535,
    backdrop: Backdrop,
) -> Converted:
    """A loaded image's pixels, and what goes with them.

    `most` is the highest value of 16-bit samples. Raises PictureError where samples are not
    numbers, and whatever Pillow raises.
    """
    notes: list[str] = []
    grey = image.mode in ("1", "L", "LA", "La") or image.mode in (*_SIXTEEN_BITS, "I", "F")
    strip: _Strip
    if image.mode in ("I", "F"):
        return Converted(_stretched(image, name, notes), icc, notes)
    if image.mode in _SIXTEEN_BITS:
        notes.append(f"{most.bit_length()}-bit reduced to 8-bit")

        def strip(part: PillowImage) -> Pixels:
            return eight_bits(np.asarray(part), most)
    elif image.mode in ("CMYK", "LAB"):
        strip = _through_profile(image.mode, icc, name, notes)
        icc = None
    elif image.has_transparency_data:
        behind = backdrop.samples
        grey = grey and len(set(behind)) == 1
        return _laid_on(image, icc, notes, "LA" if grey else "RGBA", backdrop)
    else:
        mode = "L" if grey else "RGB"

        def strip(part: PillowImage) -> Pixels:
            return np.asarray(part if part.mode == mode else part.convert(mode))

    return Converted(_by_strips(image, strip, grey=grey), icc, notes)


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """The pixels turned as EXIF orientation 1 to 8 asks; any other number is taken as 1."""
    rows, columns, transposed = TURNS.get(orientation, TURNS[1])
    if rows:
        pixels = pixels[::-1]
    if columns:
        pixels = pixels[:, ::-1]
    if transposed:
        pixels = pixels.swapaxes(0, 1)
    return np.ascontiguousarray(pixels)


def upright_alpha(transparency: Transparency | None, orientation: int) -> Transparency | None:
    """The transparency, if any, turned as `upright` turns pixels."""
    if transparency is None:
        return None
    return Transparency(
        upright(transparency.colour, orientation), upright(transparency.alpha, orientation)
    )


def _by_strips(image: PillowImage, strip: _Strip, *, grey: bool) -> Pixels:
    width, height = image.size
    pixels = np.empty((height, width) if grey else (height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        pixels[top:bottom] = strip(image.crop((0, top, width, bottom)))
    return pixels


def _laid_on(
    image: PillowImage, icc: bytes | None, notes: list[str], mode: str, backdrop: Backdrop
) -> Converted:
    """An image with transparency on the backdrop, or beside that where any pixel lets it through.

    mode: "LA" or "RGBA".
    """
    alpha = np.empty((image.height, image.width), np.uint8)
    strips = (slice(top, top + _STRIP_ROWS) for top in range(0, image.height, _STRIP_ROWS))
    colour = np.empty((*alpha.shape, len(mode) - 1), np.uint8)
    for rows in strips:
        bottom = min(rows.stop, image.height)
        part = image.crop((0, rows.start, image.width, bottom))
        samples = np.asarray(part if part.mode == mode else part.convert(mode))
        alpha[rows], colour[rows] = samples[..., -1], samples[..., :-1]
    if mode == "LA":
        colour = colour[..., 0]
    if alpha.min() == 255:
        return Converted(colour, icc, notes)
    pixels = laid_on(colour, alpha, backdrop.samples)
    if backdrop.keeps_alpha:
        return Converted(pixels, icc, notes, Transparency(colour, alpha))
    notes.append(backdrop.note)
    return Converted(pixels, icc, notes, flattened=True)


def _stretched(image: PillowImage, name: str, notes: list[str]) -> Pixels:
    """32-bit integers and floats: 0..1, 0..255 and 0..65535 as they are meant, else min to max."""
    samples = np.asarray(image)
    low, high = float(samples.min()), float(samples.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PictureError(
            f"{name}: holds samples that are not numbers (NaN or infinite); repair it first"
        )
    integers = image.mode == "I"
    if low >= 0 and high <= 65535 and integers:
        notes.append("16-bit reduced to 8-bit")
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= 255 and not integers:
        notes.append("floating point reduced to 8-bit")
        low, high = 0.0, 1.0 if high <= 1 else 255.0
    else:
        notes.append(f"samples from {low:g} to {high:g} stretched to 8-bit")
    scale = 255.0 / (high - low) if high > low else 0.0
    pixels = np.empty(samples.shape, np.uint8)
    for top in range(0, len(samples), _STRIP_ROWS):
        part = samples[top : top + _STRIP_ROWS].astype(np.float64)
        pixels[top : top + _STRIP_ROWS] = np.rint((part - low) * scale)
    return pixels


def _through_profile(mode: str, icc: bytes | None, name: str, notes: list[str]) -> _Strip:
    """A conversion to sRGB through the picture's profile, or by the plain formula without one."""
    try:
        from PIL import ImageCms

        if mode == "LAB":
            source = ImageCms.createProfile("LAB")
        elif icc is not None:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile
        else:
            raise ValueError("no profile")
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except Exception as error:  # Pillow's colour management raises its own kinds, and OSError
        if mode == "LAB":
            raise PictureError(
                f"{name}: is a CIELAB picture that cannot be converted; convert it to RGB first"
            ) from error
        why = "without a usable profile" if icc is not None else "without a profile"
        notes.append(f"CMYK converted to sRGB {why}: colours are approximate")
        return lambda part: np.asarray(part.convert("RGB"))
    notes.append(f"{'CMYK' if mode == 'CMYK' else 'CIELAB'} converted to sRGB")

    def strip(part: PillowImage) -> Pixels:
        turned = ImageCms.applyTransform(part, transform)
        assert turned is not None
        return np.asarray(turned)

    return strip
