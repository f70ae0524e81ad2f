"""Maps that the user brings: a grey picture, a .npy file or an array -> SaliencyMap."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.deadline import OutOfTimeError
from foveate.errors import MapError, printable
from foveate.pictures import DEFAULT_LIMITS, Limits, Picture
from foveate.pictures.file_bytes import file_bytes
from foveate.pictures.opening import opened
from foveate.pictures.over_limits import over_pixels
from foveate.pictures.quiet import without_warnings
from foveate.pictures.readers.npy import npy_array
from foveate.saliency.map import SaliencyMap, flat_map

LONGEST_SIDE = 2048  # a finer map than this steers 8x8 blocks no better


def map_from_array(
    values: npt.ArrayLike, picture: Picture, *, name: str = "<array>"
) -> SaliencyMap:
    """A map from numbers of the picture's aspect: (h, w), or (h, w, 3) of equal channels.

    Whole numbers are divided by their type's largest; floats beyond [0, 1] are stretched to it.
    All equal: a flat map of confidence 0. Raises MapError for another shape or aspect, NaN or
    infinity, naming the map.
    """
    array = np.asarray(values)
    if array.ndim == 3 and array.shape[2] in (3, 4):
        colours = array[..., :3]
        if not (colours == colours[..., :1]).all():
            raise MapError(f"{name} is a colour picture: give a grey one, bright where people look")
        array = array[..., 0]
    elif array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2 or array.size == 0:
        raise MapError(f"{name} has shape {array.shape}: a map has height x width numbers")
    _check_aspect(array.shape[0], array.shape[1], picture, name)
    numbers = _unit_range(array, name)
    if float(numbers.max()) == float(numbers.min()):
        return flat_map(picture.height, picture.width, model=name)
    return SaliencyMap(_bounded(numbers), picture.height, picture.width, 1.0, name)


def map_for(saliency: SaliencyMap, picture: Picture) -> SaliencyMap:
    """A map of this picture, or of a smaller or larger copy of it. Raises MapError for others."""
    if (saliency.height, saliency.width) == (picture.height, picture.width):
        return saliency
    _check_aspect(saliency.height, saliency.width, picture, f"the map by {saliency.model}")
    return dataclasses.replace(saliency, height=picture.height, width=picture.width)


def map_from_file(
    path: str | os.PathLike[str], picture: Picture, *, limits: Limits = DEFAULT_LIMITS
) -> SaliencyMap:
    """A map from a grey picture (8 or 16 bits) or a .npy file; as map_from_array.

    Raises MapError for a file that is neither, that cannot be read, or that is over the limits of
    pixels and bytes, naming it. Pictures are decoded as `read_picture` does, by content.
    """
    name = printable(path)
    suffix = Path(path).suffix.lower()
    data = file_bytes(path, name, most=limits.bytes, kind="map's file", error_kind=MapError)
    try:
        with without_warnings():
            values = npy_array(data) if suffix == ".npy" else _grey(data, name, limits.pixels)
    except (MemoryError, MapError, OutOfTimeError):
        raise
    except Exception as error:  # damaged files make Pillow and NumPy raise nearly every kind
        raise MapError(f"{name} cannot be read as a map: give a grey picture or .npy") from error
    return map_from_array(values, picture, name=name)


def _grey(data: bytes, name: str, most_pixels: int) -> npt.NDArray[Any]:
    """The numbers of a picture file as they are stored; palettes and 1 bit as 8-bit grey."""
    with opened(data) as image:
        if image.width * image.height > most_pixels:
            raise MapError(f"{name}: {over_pixels(image.width, image.height, most_pixels)}")
        if image.mode in ("L", "I;16", "I;16B", "I;16L", "F", "RGB", "RGBA"):
            return np.array(image)
        if image.mode == "I":  # 16-bit PNG in older Pillow
            return np.array(np.clip(np.asarray(image), 0, 65535), dtype=np.uint16)
        if image.mode == "LA":
            return np.array(image.getchannel("L"))
        return np.array(image.convert("RGB"))


def _check_aspect(rows: int, columns: int, picture: Picture, name: str) -> None:
    """The map's sides, each known to a pixel, must be one scale of the picture's."""
    across = ((columns - 1) / picture.width, (columns + 1) / picture.width)
    down = ((rows - 1) / picture.height, (rows + 1) / picture.height)
    if across[0] > down[1] or down[0] > across[1]:
        raise MapError(
            f"{name} is {columns}x{rows}, another aspect ratio than {picture.name}"
            f" ({picture.width}x{picture.height}): make it that size or a scale of it"
        )


def _unit_range(array: npt.NDArray[Any], name: str) -> npt.NDArray[np.float32]:
    """float32 in [0, 1]."""
    if array.dtype == np.bool_:
        return array.astype(np.float32)
    if np.issubdtype(array.dtype, np.unsignedinteger):
        top = np.float32(np.iinfo(array.dtype).max)
        return np.asarray(array.astype(np.float32) / top)
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise MapError(f"{name} holds {array.dtype}: a map holds real numbers")
    with np.errstate(all="ignore"):  # what overflows or is no number is refused below
        numbers = array.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise MapError(f"{name} holds NaN or infinity: replace them by numbers from 0 to 1")
    low, high = float(numbers.min()), float(numbers.max())
    if low < 0 or high > 1:
        numbers = (numbers - low) / (high - low) if high > low else np.zeros_like(numbers)
    return numbers.astype(np.float32)


def _bounded(numbers: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A map area-averaged to at most LONGEST_SIDE, its peak kept at or below 1."""
    rows, columns = numbers.shape
    scale = LONGEST_SIDE / max(rows, columns)
    if scale >= 1:
        return np.ascontiguousarray(numbers)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    image = Image.fromarray(numbers).resize(size, Image.Resampling.BOX)
    return np.clip(np.asarray(image, dtype=np.float32), 0, 1)
