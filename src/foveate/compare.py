"""Two pictures and a map -> how good the copy is, and how many bytes it takes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from foveate.compress import MapSource, map_of
from foveate.errors import PictureError
from foveate.metrics.quality import psnr_s, psnr_y, ssim
from foveate.pictures import Picture, PictureSource, read_picture
from foveate.pictures.srgb import in_srgb
from foveate.threads import usable_threads

_DIGITS = {"bpp": 4, "psnr": 3, "psnr_s": 3, "ssim": 6, "confidence": 3}


@dataclass(frozen=True)
class Comparison:
    """A copy held against its original. dB and SSIM are of luma (BT.601 full range)."""

    original: str
    copy: str
    width: int
    height: int
    original_bytes: int | None
    """Bytes of the original's file; None for arrays and images in memory, as for `bytes`."""
    bytes: int | None
    bpp: float | None
    """Bits a pixel of the copy's file."""
    psnr: float
    """inf where the two have the same luma."""
    psnr_s: float
    """PSNR over the pixels at or above the map's 80th percentile and above zero."""
    ssim: float
    map: str
    confidence: float
    """How sure the map is, in [0, 1]."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, rounded; a PSNR of inf, which JSON cannot say, is None."""
        values = asdict(self)
        for name, digits in _DIGITS.items():
            value = values[name]
            if value is not None:
                values[name] = round(value, digits) if math.isfinite(value) else None
        return values


def compare(
    original: PictureSource,
    copy: PictureSource,
    *,
    map: MapSource | None = None,
    threads: int | None = None,
) -> Comparison:
    """Measures a copy against its original, both upright and in sRGB where their profiles differ.

    Args:
        original, copy: a path, a file's bytes, a PIL image, a uint8 array, or a Picture.
        map: where PSNR-S looks: as for `compress`; "auto", predicted from the original, by default.
        threads: at most, for the map; by default all that the process may use.

    Raises:
        PictureError: one cannot be read, or their sizes differ.
        MapError, ModelError: the map cannot be had.
    """
    first, second = read_picture(original), read_picture(copy)
    if (first.width, first.height) != (second.width, second.height):
        raise PictureError(
            f"{second.name}: is {second.width} x {second.height}, but {first.name} is "
            f"{first.width} x {first.height}; compare pictures of one size"
        )
    saliency = map_of("auto" if map is None else map, first, usable_threads(threads))
    if first.icc != second.icc:
        first, second = in_srgb(first), in_srgb(second)
    pixels = first.pixels, second.pixels
    return Comparison(
        original=first.name,
        copy=second.name,
        width=first.width,
        height=first.height,
        original_bytes=_file_bytes(first),
        bytes=_file_bytes(second),
        bpp=_bits_a_pixel(second),
        psnr=psnr_y(*pixels, data_range=255),
        psnr_s=psnr_s(*pixels, saliency.values, data_range=255),
        ssim=ssim(*pixels, data_range=255),
        map=saliency.model,
        confidence=saliency.confidence,
    )


def _file_bytes(picture: Picture) -> int | None:
    return None if picture.encoded is None else len(picture.encoded)


def _bits_a_pixel(picture: Picture) -> float | None:
    size = _file_bytes(picture)
    return None if size is None else 8 * size / (picture.width * picture.height)
