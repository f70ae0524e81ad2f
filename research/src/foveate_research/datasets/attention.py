"""Pictures with what people did with them: fixations, smooth density maps, salient-object masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError, printable
from foveate.pictures import MAX_PIXELS
from foveate.pictures.opening import opened
from foveate.pictures.quiet import without_warnings
from foveate.pictures.readers.npy import npy_array
from foveate_research.datasets.damage import damage_told
from foveate_research.datasets.shards import field, read_samples

PICTURE_FIELDS = ("webp", "jpg", "jpeg", "png")
"""What a sample's picture may be called in shards."""


@dataclass(frozen=True)
class AttentionPicture:
    """One picture and what people did with it; a kind of answer that is not known is None."""

    key: str
    pixels: npt.NDArray[np.uint8]  # (H, W, 3) sRGB
    fixations: npt.NDArray[np.int16] | None = None  # (N, 3) viewer, x, y in pixels from 0
    density: npt.NDArray[np.uint8] | None = None  # (h, w), the peak 255
    mask: npt.NDArray[np.uint8] | None = None  # (H, W), 0 or 255


def decode_picture(data: bytes, *, mode: str = "RGB") -> npt.NDArray[np.uint8]:
    """(H, W, 3) sRGB of an encoded picture, or (H, W) of mode "L".

    Raises ValueError for anything but a picture that `foveate.read_picture` would decode.
    """
    return np.asarray(decoded(data).convert(mode))


def decoded(data: bytes) -> Image.Image:
    """The picture in a file's bytes, in its own mode. Raises ValueError as `decode_picture`."""
    try:
        with without_warnings():
            image = opened(data)
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"a picture of {image.width} x {image.height}")
            image.load()
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises nearly every kind on damaged files
        raise ValueError("no picture that can be read") from error
    return image


def in_colour(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(H, W, 3) of a picture, grey in all three channels."""
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def picture_field(
    fields: dict[str, bytes], name: str, key: str, folder: Path, *, mode: str = "RGB"
) -> npt.NDArray[np.uint8]:
    """The pixels of a sample's field; DatasetError naming both where it is no picture."""
    data = field(fields, name, key, folder)
    try:
        return decode_picture(data, mode=mode)
    except ValueError as error:
        where = f"{printable(folder)}: {printable(key)}.{name}"
        raise DatasetError(f"{where} cannot be read as a picture") from error


def picture_in(fields: dict[str, bytes], key: str, folder: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 3) sRGB of a sample's picture, KEY.webp, KEY.jpg, KEY.jpeg or KEY.png.

    Raises DatasetError naming folder and key where there is none, or one that cannot be read.
    """
    return picture_field(fields, picture_name(fields, key, folder), key, folder)


def picture_name(fields: dict[str, bytes], key: str, folder: Path) -> str:
    """The field of a sample that is its picture. Raises DatasetError."""
    for name in PICTURE_FIELDS:
        if name in fields:
            return name
    raise DatasetError(f"{printable(folder)}: sample {printable(key)} has no .webp, .jpg or .png")


def read_attention(folder: Path, part: str, *, only: str = "") -> Iterator[AttentionPicture]:
    """The pictures of a part of shards with the answers that their samples hold, streamed.

    A sample is KEY.webp, KEY.jpg or KEY.png with KEY.fix.npy, KEY.map.png or KEY.mask.png. only:
    the one field of answers that is read, which every sample must have.

    Raises:
        DatasetError: no shards of that part, a sample without a field, or a field of no picture.
    """
    for key, fields in read_samples(folder, part):
        if only:
            names = (only, picture_name(fields, key, folder))
            fields = {name: field(fields, name, key, folder) for name in names}
        fixations = density = mask = None
        if "fix.npy" in fields:
            fixations = _points(fields["fix.npy"], key, folder)
        if "map.png" in fields:
            density = picture_field(fields, "map.png", key, folder, mode="L")
        if "mask.png" in fields:
            mask = picture_field(fields, "mask.png", key, folder, mode="L")
        pixels = picture_in(fields, key, folder)
        yield AttentionPicture(key, pixels, fixations, density, mask)


def read_fixations(folder: Path, part: str) -> list[AttentionPicture]:
    """The pictures of a part, each with its fixations (osie, gaze-more)."""
    return list(read_attention(folder, part, only="fix.npy"))


def read_densities(folder: Path, part: str) -> list[AttentionPicture]:
    """The pictures of a part, each with its density map (gaze-scenes)."""
    return list(read_attention(folder, part, only="map.png"))


def read_masks(folder: Path, part: str) -> list[AttentionPicture]:
    """The pictures of a part, each with the mask of its objects (duts)."""
    return list(read_attention(folder, part, only="mask.png"))


def _points(data: bytes, key: str, folder: Path) -> npt.NDArray[np.int16]:
    """(N, 3) of KEY.fix.npy; DatasetError where it holds anything else."""
    where = f"{printable(folder)}: {printable(key)}.fix.npy"
    with damage_told(where, "is not a NumPy file of numbers"):
        points = npy_array(data)
    limits = np.iinfo(np.int16)
    if points.ndim != 2 or points.shape[1] != 3 or points.dtype.kind not in "iuf":
        raise DatasetError(f"{where}: fixations must be rows of viewer, x, y")
    if points.size and not (limits.min <= points.min() and points.max() <= limits.max):  # or NaN
        raise DatasetError(f"{where}: fixations must lie within a picture")
    return points.astype(np.int16)
