"""Pictures with what people did with them: fixations, smooth density maps, salient-object masks."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError
from foveate_research.datasets.shards import field, read_samples


@dataclass(frozen=True)
class AttentionPicture:
    """One picture and what people did with it; a kind of answer that is not known is None."""

    key: str
    pixels: npt.NDArray[np.uint8]  # (H, W, 3) sRGB
    fixations: npt.NDArray[np.int16] | None = None  # (N, 3) viewer, x, y in pixels from 0
    density: npt.NDArray[np.uint8] | None = None  # (h, w), the peak 255
    mask: npt.NDArray[np.uint8] | None = None  # (H, W), 0 or 255


def decode_picture(data: bytes) -> npt.NDArray[np.uint8]:
    """(H, W, 3) sRGB of an encoded picture."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def decode_grey(data: bytes) -> npt.NDArray[np.uint8]:
    """(H, W) of an encoded grey picture."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def picture_field(
    fields: dict[str, bytes], name: str, key: str, folder: Path
) -> npt.NDArray[np.uint8]:
    """(H, W, 3) sRGB of a sample's field; DatasetError naming both where it is no picture."""
    return _decoded(fields, name, key, folder, decode_picture)


def grey_field(
    fields: dict[str, bytes], name: str, key: str, folder: Path
) -> npt.NDArray[np.uint8]:
    """(H, W) of a sample's grey field; DatasetError naming both where it is no picture."""
    return _decoded(fields, name, key, folder, decode_grey)


def _decoded(
    fields: dict[str, bytes],
    name: str,
    key: str,
    folder: Path,
    decode: Callable[[bytes], npt.NDArray[np.uint8]],
) -> npt.NDArray[np.uint8]:
    data = field(fields, name, key, folder)
    try:
        return decode(data)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{folder}: {key}.{name} cannot be read as a picture") from error


def read_fixations(folder: Path, part: str) -> list[AttentionPicture]:
    """A part of shards of KEY.webp + KEY.fix.npy (osie, gaze-more)."""
    pictures = []
    for key, fields in read_samples(folder, part):
        points = np.load(io.BytesIO(field(fields, "fix.npy", key, folder)), allow_pickle=False)
        pixels = picture_field(fields, "webp", key, folder)
        pictures.append(AttentionPicture(key, pixels, fixations=points.astype(np.int16)))
    return pictures


def read_densities(folder: Path, part: str) -> list[AttentionPicture]:
    """A part of shards of KEY.webp + KEY.map.png (gaze-scenes)."""
    pictures = []
    for key, fields in read_samples(folder, part):
        density = grey_field(fields, "map.png", key, folder)
        pixels = picture_field(fields, "webp", key, folder)
        pictures.append(AttentionPicture(key, pixels, density=density))
    return pictures


def read_masks(folder: Path, part: str) -> list[AttentionPicture]:
    """A part of shards of KEY.webp + KEY.mask.png (duts)."""
    pictures = []
    for key, fields in read_samples(folder, part):
        mask = grey_field(fields, "mask.png", key, folder)
        pixels = picture_field(fields, "webp", key, folder)
        pictures.append(AttentionPicture(key, pixels, mask=mask))
    return pictures


def read_gaze_test(folder: Path, part: str) -> list[AttentionPicture]:
    """Plain folders images/PART-*.webp with fixations/KEY.npy or maps/KEY.map.png (gaze-test)."""
    pictures = []
    paths = sorted((folder / "images").glob(f"{part}-*.webp"))
    if not paths:
        raise DatasetError(f"{folder} holds no images/{part}-*.webp: give the set's folder")
    for path in paths:
        pixels = decode_picture(path.read_bytes())
        points = folder / "fixations" / f"{path.stem}.npy"
        if points.is_file():
            found = np.load(points, allow_pickle=False).astype(np.int16)
            pictures.append(AttentionPicture(path.stem, pixels, fixations=found))
        else:
            seen = decode_grey((folder / "maps" / f"{path.stem}.map.png").read_bytes())
            pictures.append(AttentionPicture(path.stem, pixels, density=seen))
    return pictures
