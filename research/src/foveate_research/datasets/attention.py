"""Pictures with what people did with them: fixations, smooth density maps, salient-object masks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError
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
    """(H, W, 3) sRGB of an encoded picture, or (H, W) of mode "L"."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert(mode))


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
    except (OSError, ValueError) as error:
        raise DatasetError(f"{folder}: {key}.{name} cannot be read as a picture") from error


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
    raise DatasetError(f"{folder}: sample {key} has no .webp, .jpg or .png")


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
            points = np.load(io.BytesIO(fields["fix.npy"]), allow_pickle=False)
            fixations = points.astype(np.int16)
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
