"""Measures how good a copy of a picture is, also where people look, and how many bytes it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from foveate.errors import OptionError, PictureError
from foveate.metrics.quality import METRICS, measure, measure_pooled
from foveate.pictures import DEFAULT_LIMITS, Limits, Picture, PictureSource, read_picture
from foveate.pictures.colours.srgb import in_srgb
from foveate.saliency import MapSource, map_of
from foveate.threads import usable_threads

_BY_NAME = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True)
class Comparison:
    """How a copy compares with its original by the metrics of `foveate.metrics.quality`."""

    original: str
    copy: str
    width: int
    height: int
    original_bytes: int | None
    """The size of the original's file; None for arrays and for images in memory."""
    bytes: int | None
    """The size of the copy's file; None for arrays and for images in memory."""
    bpp: float | None
    """Bits per pixel of the copy's file; None where `bytes` is None."""
    metrics: dict[str, float]
    """Each metric's value by its name in `METRICS`, in that order.

    A PSNR is inf where nothing differs. `psnr_s` is the PSNR of the pixels at or above the map's
    80th percentile and above zero.
    """
    weighted: dict[str, float]
    """The values of those metrics that can be averaged with the map as weights, by name."""
    map: str
    """The name of the model or the file that the map came from."""
    confidence: float
    """How sure the map is, in [0, 1]."""

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain, rounded values for JSON.

        A metric's value stands under its name, the value averaged with the map under
        NAME_weighted. A PSNR of inf is None, since JSON has no infinity.
        """
        values = asdict(self)
        where = {"map": values.pop("map"), "confidence": round(values.pop("confidence"), 3)}
        if self.bpp is not None:
            values["bpp"] = round(self.bpp, 4)
        whole, weighted = values.pop("metrics"), values.pop("weighted")
        values |= {name: _rounded(name, value) for name, value in whole.items()}
        values |= {f"{name}_weighted": _rounded(name, value) for name, value in weighted.items()}
        return values | where


def compare(
    original: PictureSource,
    copy: PictureSource,
    *,
    map: MapSource | None = None,
    metrics: Iterable[str] | None = None,
    threads: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Comparison:
    """Measures how a copy differs from its original.

    Both pictures are turned upright first, and brought to sRGB where their colour profiles differ.

    Args:
        original, copy: a path, a file's bytes, a Pillow image, a uint8 array (H, W), (H, W, 3) or
            (H, W, 4), or a Picture.
        map: where people look, given as for `compress`. By default the map is predicted from the
            original.
        metrics: names in `foveate.metrics.quality.METRICS`; by default all metrics are measured.
        threads: how many threads the model may use at most; by default as many as the process may
            use.
        limits: what each of the pictures, and the map's file, may cost.

    Raises:
        PictureError: a picture cannot be read, or their sizes differ.
        MapError: the map cannot be read, or does not fit the original.
        ModelError: no model has the map's name, or its weights do not match their record.
        OptionError: a metric's name is unknown, or `threads` is below 1.
    """
    names = checked_metrics(_BY_NAME if metrics is None else metrics)
    first, second = (read_picture(image, limits=limits) for image in (original, copy))
    before, after = (picture.pixels for picture in comparable(first, second))
    saliency = map_of(
        "auto" if map is None else map, first, threads=usable_threads(threads), limits=limits
    )
    where = saliency.values
    pooled = [name for name in names if _BY_NAME[name].pools]
    return Comparison(
        original=first.name,
        copy=second.name,
        width=first.width,
        height=first.height,
        original_bytes=_file_bytes(first),
        bytes=_file_bytes(second),
        bpp=_bits_per_pixel(second),
        metrics=measure(before, after, data_range=255, saliency=where, names=names),
        weighted=measure_pooled(before, after, where, data_range=255, names=pooled),
        map=saliency.model,
        confidence=saliency.confidence,
    )


def comparable(original: Picture, copy: Picture) -> tuple[Picture, Picture]:
    """Both pictures in one colour space. Raises PictureError where their sizes differ."""
    if (original.width, original.height) != (copy.width, copy.height):
        raise PictureError(
            f"{copy.name}: is {copy.width} x {copy.height}, but {original.name} is "
            f"{original.width} x {original.height}; compare pictures of one size"
        )
    if original.icc != copy.icc:
        return in_srgb(original), in_srgb(copy)
    return original, copy


def checked_metrics(names: Iterable[str]) -> list[str]:
    """The names without repetition, in the order of `METRICS`.

    Raises OptionError where a name is unknown, or where there is none.
    """
    asked = set(names)
    unknown = sorted(asked - _BY_NAME.keys())
    if unknown or not asked:
        wrong = f"unknown metric {', '.join(map(repr, unknown))}" if unknown else "no metric named"
        raise OptionError(f"{wrong}; choose from {', '.join(_BY_NAME)}")
    return [name for name in _BY_NAME if name in asked]


def _rounded(name: str, value: float) -> float | None:
    return round(value, 3 if _BY_NAME[name].unit == "dB" else 6) if math.isfinite(value) else None


def _file_bytes(picture: Picture) -> int | None:
    return None if picture.encoded is None else len(picture.encoded)


def _bits_per_pixel(picture: Picture) -> float | None:
    size = _file_bytes(picture)
    return None if size is None else 8 * size / (picture.width * picture.height)
