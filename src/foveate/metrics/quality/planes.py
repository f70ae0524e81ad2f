"""The planes of a picture: BT.601 luma and chroma, full range (JFIF 1.02, page 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.colour import CB_OF_RGB, CR_OF_RGB, LUMA_OF_RGB

Plane = npt.NDArray[np.float64]
PlaneOf = Callable[[npt.NDArray[Any]], Plane]

_HELD_PIXELS = 1 << 24
_STRIP_PIXELS = 1 << 16


def luma(picture: npt.NDArray[Any]) -> Plane:
    """The luma Y, float64 (H, W), in the picture's own range; a grey picture's own samples."""
    return _weighted(picture, LUMA_OF_RGB, grey=1.0)


def cb(picture: npt.NDArray[Any]) -> Plane:
    """The chroma Cb, float64 (H, W), around 0 (JFIF's offset left out); 0 for a grey picture."""
    return _weighted(picture, CB_OF_RGB, grey=0.0)


def cr(picture: npt.NDArray[Any]) -> Plane:
    """The chroma Cr, float64 (H, W), around 0 (JFIF's offset left out); 0 for a grey picture."""
    return _weighted(picture, CR_OF_RGB, grey=0.0)


def luma_pair(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Both pictures' luma, for metrics that need it more than once; large pictures as they are.

    Two float64 planes of a large picture would take too much memory. Metrics of luma can be given
    either, since the luma of luma is luma itself.
    """
    if reference.shape[0] * reference.shape[1] > _HELD_PIXELS:
        return reference, copy
    return luma(reference), luma(copy)


def strips(rows: int, width: int) -> Iterator[slice]:
    """Slices that cut the rows into strips which fit a core's cache.

    All but the last have a multiple of 32 rows. Thanks to strips a large picture is never held in
    float64 as a whole.
    """
    step = max(_STRIP_PIXELS // width // 32 * 32, 32)
    for top in range(0, rows, step):
        yield slice(top, min(top + step, rows))


def rgb(picture: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The samples as float64 (H, W, 3); a grey picture has three equal channels."""
    samples = picture.astype(np.float64)
    return np.repeat(samples[..., None], 3, axis=2) if samples.ndim == 2 else samples


def eight_bit(picture: npt.NDArray[Any], data_range: float) -> npt.NDArray[np.uint8]:
    """The samples from 0 to 255, rounded where they were not whole; contiguous, for native code."""
    if picture.dtype == np.uint8 and data_range == 255:
        return np.ascontiguousarray(picture)
    scaled = np.rint(picture * (255.0 / data_range))
    return np.ascontiguousarray(np.clip(scaled, 0, 255), np.uint8)


def eight_bit_pair(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Both pictures in 8 bits; where one alone is grey, it gets three equal channels."""
    first, second = eight_bit(reference, data_range), eight_bit(copy, data_range)
    if first.ndim != second.ndim:
        first, second = (
            np.repeat(each[..., None], 3, axis=2) if each.ndim == 2 else each
            for each in (first, second)
        )
    return first, second


def check_pair(reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float) -> None:
    """Raises ValueError unless both are pictures of one size and the range is positive."""
    for picture in (reference, copy):
        if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3):
            raise ValueError(f"shape {picture.shape} is not (H, W) grey or (H, W, 3) RGB")
        if picture.size == 0:
            raise ValueError(f"shape {picture.shape} has no pixels")
    if reference.shape[:2] != copy.shape[:2]:
        raise ValueError(f"sizes differ: {reference.shape[:2]} and {copy.shape[:2]}")
    if not data_range > 0:
        raise ValueError(f"data_range is {data_range}; it must be above 0")


def _weighted(
    picture: npt.NDArray[Any], weights: tuple[float, float, float], *, grey: float
) -> Plane:
    if picture.ndim == 2:
        samples: Plane = picture.astype(np.float64, copy=False)
        return samples if grey == 1.0 else samples * grey
    red, green, blue = weights
    plane: Plane = picture[..., 0] * np.float64(red)
    plane += picture[..., 1] * np.float64(green)
    plane += picture[..., 2] * np.float64(blue)
    return plane
