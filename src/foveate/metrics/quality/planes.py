"""The planes of a picture: luma and chroma of BT.601, full range (JFIF 1.02, page 3)."""

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
    """Y (H, W) float64 in the picture's own range; of a grey picture its samples."""
    return _weighted(picture, LUMA_OF_RGB, grey=1.0)


def cb(picture: npt.NDArray[Any]) -> Plane:
    """Cb (H, W) float64 around 0 (JFIF's offset left out); of a grey picture 0."""
    return _weighted(picture, CB_OF_RGB, grey=0.0)


def cr(picture: npt.NDArray[Any]) -> Plane:
    """Cr (H, W) float64 around 0 (JFIF's offset left out); of a grey picture 0."""
    return _weighted(picture, CR_OF_RGB, grey=0.0)


def luma_pair(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Both pictures' luma, for those who need it more than once; large pictures as they are.

    Luma of luma is the same plane, so either will do where a metric of luma is taken; but two
    float64 planes of a large picture are too much to hold.
    """
    if reference.shape[0] * reference.shape[1] > _HELD_PIXELS:
        return reference, copy
    return luma(reference), luma(copy)


def strips(rows: int, width: int) -> Iterator[slice]:
    """Slices of rows in order, of as many as stay in a core's cache; a multiple of 32 but the last.

    A large picture is so never held in float64 as a whole.
    """
    step = max(_STRIP_PIXELS // width // 32 * 32, 32)
    for top in range(0, rows, step):
        yield slice(top, min(top + step, rows))


def rgb(picture: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(H, W, 3) float64; a grey picture three times."""
    samples = picture.astype(np.float64)
    return np.repeat(samples[..., None], 3, axis=2) if samples.ndim == 2 else samples


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
