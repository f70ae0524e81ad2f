"""Where the error is: a metric's error pixel by pixel, before it is averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.hvs import block_errors
from foveate.metrics.quality.planes import check_pair, luma, rgb, strips
from foveate.metrics.quality.ssim import border, similarities

_Map = npt.NDArray[np.float32]


def error_map(
    name: str, reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float
) -> _Map:
    """The error (H, W) of a metric that `METRICS` says maps; 0 where there is none.

    psnr_y, psnr_rgb: squared error in the picture's units (of R, G and B their mean).
    psnr_hvs, psnr_hvs_m: a block's mean squared error weighted by contrast sensitivity (and after
    masking), in units of samples 0..255, over all its pixels; partial blocks at the border show
    the whole block beside them. ssim: 1 - SSIM of the window around a pixel, 0 to 2; nearer to
    the border than half a window, that of the nearest whole window.

    Raises:
        ValueError: the metric has no map, or shapes do not fit.
    """
    if name not in _MAPS:
        raise ValueError(f"{name} has no error map; choose from {', '.join(_MAPS)}")
    check_pair(reference, copy, data_range)
    return _MAPS[name](reference, copy, data_range)


def _of_luma(reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float) -> _Map:
    result = np.empty(reference.shape[:2], np.float32)
    for rows in strips(*reference.shape[:2]):
        result[rows] = (luma(reference[rows]) - luma(copy[rows])) ** 2
    return result


def _of_rgb(reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float) -> _Map:
    result = np.empty(reference.shape[:2], np.float32)
    for rows in strips(*reference.shape[:2]):
        result[rows] = ((rgb(reference[rows]) - rgb(copy[rows])) ** 2).mean(axis=2)
    return result


def _of_blocks(reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float) -> _Map:
    found = [plain for _, plain, _ in block_errors(reference, copy, data_range)]
    return _over_pixels(np.concatenate(found), reference.shape)


def _of_masked_blocks(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    found = [masked for _, _, masked in block_errors(reference, copy, data_range)]
    return _over_pixels(np.concatenate(found), reference.shape)


def _over_pixels(blocks: npt.NDArray[np.float64], shape: tuple[int, ...]) -> _Map:
    """A value a block over the pixels of a picture of that shape."""
    rows, columns = (
        np.minimum(np.arange(side) // 8, count - 1)
        for side, count in zip(shape[:2], blocks.shape, strict=True)
    )
    return np.asarray(blocks.astype(np.float32)[rows[:, None], columns])


def _of_windows(reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float) -> _Map:
    height, width = reference.shape[:2]
    down, across = border(height), border(width)
    inside = np.empty((height - 2 * down, width - 2 * across), np.float32)
    for rows, similarity, _ in similarities(reference, copy, data_range):
        inside[rows] = 1 - similarity
    return np.pad(np.maximum(inside, 0), [(down, down), (across, across)], mode="edge")


_MAPS: dict[str, Callable[[npt.NDArray[Any], npt.NDArray[Any], float], _Map]] = {
    "psnr_y": _of_luma,
    "psnr_hvs": _of_blocks,
    "psnr_hvs_m": _of_masked_blocks,
    "ssim": _of_windows,
    "psnr_rgb": _of_rgb,
}
