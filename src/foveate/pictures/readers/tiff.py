"""TIFF files whose samples Pillow reads wrongly or not at all: told apart, and read by tifffile.

tests/pictures/test_tiff_layouts.py holds what comes of each layout against what was written.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foveate.errors import MissingReaderError, PictureError
from foveate.pictures.decoded import Decoded, eight_bits
from foveate.pictures.metadata.carried import Carried, Density, tiff_photoshop
from foveate.pictures.metadata.exif import tiff_exif
from foveate.pictures.over_limits import over_pixels

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_LOG = logging.getLogger("tifffile")
MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BITS, _COMPRESSION, _PHOTOMETRIC, _PLANAR = 258, 259, 262, 284
_ORIENTATION, _RESOLUTIONS, _UNIT = 274, (282, 283), 296
_COLOUR_MAP, _EXTRA_SAMPLES, _SAMPLE_FORMAT, _XMP, _ICC = 320, 338, 339, 700, 34675
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _CMYK = 0, 1, 2, 3, 5
_UNSIGNED, _SIGNED = 1, 2
_COLOURS = {_MIN_IS_WHITE: 1, _MIN_IS_BLACK: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4}
"""How many samples a pixel's colour takes, for each photometric interpretation that is read."""
_PREMULTIPLIED, _STRAIGHT = 1, 2

_MOST_SAMPLES = 8
"""A pixel has at most so many in what is converted: four, and some that are left out."""


def is_misread(image: PillowImage) -> bool:
    """Whether Pillow, which opened this TIFF file, would give other samples than it holds."""
    tags = getattr(image, "tag_v2", {})
    bits, kinds = _numbers(tags, _BITS, 1), _numbers(tags, _SAMPLE_FORMAT, _UNSIGNED)
    planes = tags.get(_PLANAR, 1) == 2 and len(bits) > 1
    if planes and max(bits) > 8 and tags.get(_COMPRESSION, 1) == 1:
        return True
    if planes and _EXTRA_SAMPLES in tags and _numbers(tags, _EXTRA_SAMPLES, 0) != (_STRAIGHT,):
        return True
    if max(bits) == 8 and _SIGNED in kinds:
        return True
    return bits == (32,) and kinds == (_UNSIGNED,)


def is_negative(image: PillowImage) -> bool:
    """Whether zero means white in this TIFF, and Pillow gives its samples as they are."""
    tags = getattr(image, "tag_v2", {})
    return tags.get(_PHOTOMETRIC) == _MIN_IS_WHITE and image.mode in ("I;16", "I;16B", "I", "F")


def most_of_sixteen_bits(image: PillowImage) -> int:
    """The highest value of the 16-bit samples that Pillow gives: it leaves 12 bits as they are."""
    bits = _numbers(getattr(image, "tag_v2", {}), _BITS, 16)
    return 4095 if bits == (12,) else 65_535


def read_by_tifffile(encoded: bytes, name: str, max_pixels: int) -> Decoded:
    """The first page of a TIFF file.

    Raises:
        MissingReaderError: tifffile, or a codec that it needs, is not installed.
        PictureError: it cannot be read, or its samples are of a kind that is not converted.
    """
    try:
        import tifffile
    except ImportError as error:
        raise MissingReaderError(f"{name}: is a TIFF file of a rare layout", "tiff") from error
    if not _LOG.handlers:
        _LOG.addHandler(logging.NullHandler())  # else what it says of damage goes to stderr
    try:
        with tifffile.TiffFile(io.BytesIO(encoded)) as file:
            page: Any = file.pages[0]
            width, height = int(page.imagewidth), int(page.imagelength)
            too_deep = int(page.size) > _MOST_SAMPLES * max_pixels
            if width * height > max_pixels:
                raise PictureError(f"{name}: {over_pixels(width, height, max_pixels)}")
            if too_deep or page.imagedepth != 1:
                raise PictureError(
                    f"{name}: is {width} x {height} with more samples a pixel than `Limits.pixels`"
                    " allows; convert it first"
                )
            samples, axes = np.asarray(page.asarray()), str(page.axes)
            tags = {int(tag.code): tag.value for tag in page.tags.values()}
    except (MemoryError, PictureError):
        raise
    except Exception as error:  # tifffile raises many kinds, and ValueError for missing codecs
        if "imagecodecs" in str(error):
            raise MissingReaderError(f"{name}: is a TIFF file of a rare kind", "tiff") from error
        raise PictureError(
            f"{name}: is damaged and cannot be decoded; take another copy"
        ) from error
    if axes == "SYX":
        samples = np.moveaxis(samples, 0, -1)
    elif axes not in ("YX", "YXS"):
        raise PictureError(f"{name}: is a TIFF file of a kind that cannot be read; convert it")
    notes: list[str] = []
    image = _as_image(samples.reshape(height, width, -1), tags, name, notes)
    orientation = tags.get(_ORIENTATION, 1)
    return Decoded(
        image=image,
        format="TIFF",
        icc=_bytes_of(tags.get(_ICC)),
        exif=_exif_of(encoded),
        xmp=_bytes_of(tags.get(_XMP)),
        orientation=int(orientation) if isinstance(orientation, int) else 1,
        carried=Carried(photoshop=tiff_photoshop(tags), density=_density(tags)),
        notes=tuple(notes),
    )


def _as_image(
    samples: npt.NDArray[Any], tags: Mapping[int, Any], name: str, notes: list[str]
) -> PillowImage:
    from PIL import Image

    photometric = int(tags.get(_PHOTOMETRIC, _MIN_IS_BLACK))
    colours = _COLOURS.get(photometric, 0)
    if not 0 < colours <= samples.shape[2]:
        raise PictureError(f"{name}: is a TIFF file whose colours cannot be read; convert it first")
    if photometric == _PALETTE:
        if samples.dtype.kind != "u":
            raise PictureError(f"{name}: is a TIFF file whose palette cannot be read; convert it")
        palette = np.asarray(tags.get(_COLOUR_MAP, ()), np.uint16).reshape(3, -1)
        index = np.minimum(samples[..., 0], palette.shape[1] - 1)
        return Image.fromarray(eight_bits(np.moveaxis(palette[:, index], 0, -1), 65_535))
    bits = max(_numbers(tags, _BITS, samples.dtype.itemsize * 8))
    pixels = _to_eight_bits(samples, colours, bits, name, notes)
    if photometric == _MIN_IS_WHITE:
        pixels[..., 0] = 255 - pixels[..., 0]
    extra = _numbers(tags, _EXTRA_SAMPLES, 0)
    alpha = samples.shape[2] > colours and extra[0] in (_PREMULTIPLIED, _STRAIGHT)
    if photometric == _CMYK:
        return Image.frombytes("CMYK", pixels.shape[1::-1], pixels[..., :4].tobytes())
    kept = np.ascontiguousarray(pixels[..., : colours + alpha])
    if alpha and extra[0] == _PREMULTIPLIED:
        share = np.maximum(kept[..., -1:].astype(np.float32), 1) / 255
        kept[..., :-1] = np.minimum(np.rint(kept[..., :-1] / share), 255)
    if kept.shape[2] == 1:
        return Image.fromarray(kept[..., 0])
    return Image.fromarray(kept)


def _to_eight_bits(
    samples: npt.NDArray[Any], colours: int, bits: int, name: str, notes: list[str]
) -> npt.NDArray[np.uint8]:
    """All samples as 8 bits; alpha is never stretched on its own."""
    kind = samples.dtype.kind
    if kind == "b":
        return samples.astype(np.uint8) * np.uint8(255)
    if kind == "i":
        info = np.iinfo(samples.dtype)
        samples = (samples.astype(np.int64) - info.min).astype(f"u{samples.dtype.itemsize}")
        kind = "u"
    if kind == "u" and bits <= 16:
        if bits > 8:
            notes.append(f"{bits}-bit reduced to 8-bit")
        return eight_bits(samples, 2**bits - 1)
    if kind not in "uf":
        raise PictureError(f"{name}: is a TIFF file of complex samples; convert it first")
    seen = samples[..., :colours]
    low, high = float(seen.min()), float(seen.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PictureError(
            f"{name}: holds samples that are not numbers (NaN or infinite); repair it first"
        )
    if kind == "u":
        low, high = 0.0, 65_535.0 if high <= 65_535 else float(2**bits - 1)
        notes.append(f"{bits}-bit reduced to 8-bit")
    elif low >= 0 and high <= 255:
        low, high = 0.0, 1.0 if high <= 1 else 255.0
        notes.append("floating point reduced to 8-bit")
    else:
        notes.append(f"samples from {low:g} to {high:g} stretched to 8-bit")
    scale = 255.0 / (high - low) if high > low else 0.0
    return np.rint(np.clip((samples.astype(np.float64) - low) * scale, 0, 255)).astype(np.uint8)


def _numbers(tags: Mapping[int, Any], tag: int, default: int) -> tuple[int, ...]:
    value = tags.get(tag, default)
    values = value if isinstance(value, tuple) else (value,)
    return tuple(int(v) for v in values) or (default,)


def _bytes_of(value: object) -> bytes | None:
    return bytes(value) if isinstance(value, (bytes, bytearray)) and value else None


def _exif_of(encoded: bytes) -> bytes | None:
    from PIL import Image

    exif = Image.Exif()
    with contextlib.suppress(Exception):  # Pillow's EXIF reader raises many kinds
        exif.load(b"Exif\0\0" + encoded)
        return tiff_exif(exif)
    return None


def _density(tags: Mapping[int, Any]) -> Density | None:
    try:
        across, down = (round(a / b) for a, b in (tags[tag] for tag in _RESOLUTIONS))
        unit = int(tags.get(_UNIT, 2)) - 1
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if unit not in (1, 2) or not all(1 <= n <= 65_535 for n in (across, down)):
        return None
    return Density(unit, across, down)
