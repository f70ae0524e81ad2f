"""Maps of where a copy differs: a metric's errors before they are averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.butteraugli import visible_differences
from foveate.metrics.quality.hvs import block_errors
from foveate.metrics.quality.planes import check_pair, luma, rgb, strips
from foveate.metrics.quality.ssim import border, similarities

_Map = npt.NDArray[np.float32]


def error_map(
    name: str, reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float
) -> _Map:
    """The errors of a metric, float32 (H, W); 0 where the pictures agree.

    `psnr_y` and `psnr_rgb` have the squared error in the picture's units, for RGB the mean of the
    three. `psnr_hvs` and `psnr_hvs_m` have in each pixel its block's mean squared error, weighted
    by contrast sensitivity (and after masking), for samples from 0 to 255; a partial block at the
    border has the error of the whole block beside it. `ssim` has 1 - SSIM, from 0 to 2, of the
    window around the pixel; near the border that of the nearest whole window. `butteraugli` has how
    visible the difference is, where 1 is just noticeable.

    Raises:
        ValueError: the metric has no error map, or the shapes differ.
    """
    if name not in _MAPS:
        raise ValueError(f"{name} has no error map; choose from {', '.join(_MAPS)}")
    check_pair(reference, copy, data_range)
    return _MAPS[name](reference, copy, data_range)


def _squared_errors_of_luma(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    result = np.empty(reference.shape[:2], np.float32)
    for rows in strips(*reference.shape[:2]):
        result[rows] = (luma(reference[rows]) - luma(copy[rows])) ** 2
    return result


def _squared_errors_of_rgb(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    result = np.empty(reference.shape[:2], np.float32)
    for rows in strips(*reference.shape[:2]):
        result[rows] = ((rgb(reference[rows]) - rgb(copy[rows])) ** 2).mean(axis=2)
    return result


def _errors_of_blocks(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    found = [plain for _, plain, _ in block_errors(reference, copy, data_range)]
    return _over_pixels(np.concatenate(found), reference.shape)


def _masked_errors_of_blocks(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    found = [masked for _, _, masked in block_errors(reference, copy, data_range)]
    return _over_pixels(np.concatenate(found), reference.shape)


def _over_pixels(blocks: npt.NDArray[np.float64], shape: tuple[int, ...]) -> _Map:
    """A picture of that shape in which each pixel has its block's value."""
    rows, columns = (
        np.minimum(np.arange(side) // 8, count - 1)
        for side, count in zip(shape[:2], blocks.shape, strict=True)
    )
    return np.asarray(blocks.astype(np.float32)[rows[:, None], columns])


def _dissimilarities(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> _Map:
    height, width = reference.shape[:2]
    down, across = border(height), border(width)
    inside = np.empty((height - 2 * down, width - 2 * across), np.float32)
    for rows, similarity, _ in similarities(reference, copy, data_range):
        inside[rows] = 1 - similarity
    return np.pad(np.maximum(inside, 0), [(down, down), (across, across)], mode="edge")


_MAPS: dict[str, Callable[[npt.NDArray[Any], npt.NDArray[Any], float], _Map]] = {
    "psnr_y": _squared_errors_of_luma,
    "psnr_hvs": _errors_of_blocks,
    "psnr_hvs_m": _masked_errors_of_blocks,
    "ssim": _dissimilarities,
    "psnr_rgb": _squared_errors_of_rgb,
    "butteraugli": visible_differences,
}
