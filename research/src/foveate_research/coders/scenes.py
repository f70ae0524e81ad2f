"""Pictures that coders are measured on, with where people looked and what the objects are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError, OptionError, PictureError, printable
from foveate.metrics.quality import salient_pixels
from foveate.pictures import read_picture
from foveate.saliency import SaliencyMap, saliency_map
from foveate_research.coders.gaze import viewers_density
from foveate_research.datasets.attention import in_colour
from foveate_research.datasets.fixation_files import POINT_FILES, read_fixation_file
from foveate_research.datasets.folders import (
    ENDINGS,
    PICTURES,
    binary_mask,
    files_by_key,
    matched,
    read_grey,
)
from foveate_research.maps.measuring import resized

Pixels = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

SMALLEST_SHARE = 1 / 20
"""The smallest picture of a ladder of sizes has this share of the sides."""
SMALLEST_SIDE = 16


@dataclass(frozen=True)
class SceneFiles:
    """Where one picture lies, and what is known of it; small enough for another process.

    fixations: a file of points, or a grey density map. size: width and height to which the picture
    is reduced, None for its own. category: the folder of a set that is laid out so.
    """

    key: str
    picture: Path
    fixations: Path | None = None
    mask: Path | None = None
    category: str = ""
    size: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture as coders see it.

    pixels (H, W, 3) uint8. saliency steers the coders that take a map, and marks the salient fifth.
    density (H, W): the viewers', peak 1. points (N, 2): their fixations x, y. mask (H, W): objects.
    kept: what was made of this scene once, for whoever asks again.
    """

    key: str
    pixels: Pixels
    saliency: SaliencyMap
    density: npt.NDArray[np.float64] | None = None
    points: npt.NDArray[np.int64] | None = None
    mask: Flags | None = None
    kept: dict[Any, Any] = field(default_factory=dict)

    @property
    def pixel_count(self) -> int:
        return int(self.pixels.shape[0] * self.pixels.shape[1])

    @cached_property
    def salient(self) -> Flags:
        """(H, W): the salient fifth."""
        return salient_pixels(self.saliency.values)

    @cached_property
    def looked_at(self) -> Flags | None:
        """(H, W): the fifth where viewers looked most; None without fixations."""
        return None if self.density is None else salient_pixels(self.density)


def scene_files(
    images: Path,
    *,
    fixations: Sequence[Path] = (),
    masks: Path | None = None,
    categories: Sequence[str] | None = None,
    count: int | None = None,
) -> list[SceneFiles]:
    """The pictures of a folder, in order of name, each with its answers by the same stem.

    fixations: folders of points (.npy, .txt, .csv, .mat) or grey density maps; together they must
    know every picture. categories: the pictures lie in sub-folders of these names (all there are,
    where none is named); `count` is of each then.

    Raises:
        OptionError: a count below 1.
        DatasetError: a folder is missing or empty, or a picture has no answer.
    """
    if count is not None and count < 1:
        raise OptionError(f"--count {count}: must be at least 1")
    deep = categories is not None
    pictures = files_by_key(images, PICTURES, deep=deep)
    if categories is not None:
        pictures = _of_categories(pictures, images, categories, count)
    else:
        pictures = dict(list(pictures.items())[:count])
    points: dict[str, Path] = {}
    for folder in fixations:
        points |= files_by_key(folder, (*POINT_FILES, *PICTURES), endings=ENDINGS, deep=deep)
    if fixations:
        matched(pictures, points, what="fixations", where=fixations[-1])
    objects: dict[str, Path] = {}
    if masks is not None:
        objects = files_by_key(masks, PICTURES, endings=ENDINGS, deep=deep)
        matched(pictures, objects, what="mask", where=masks)
    return [
        SceneFiles(
            key,
            path,
            points.get(key),
            objects.get(key),
            category=key.split("/")[0] if deep else "",
        )
        for key, path in pictures.items()
    ]


def size_ladder(picture: Path, count: int) -> list[SceneFiles]:
    """One picture at `count` sizes, from its own down to a twentieth of its sides, largest first.

    Sides shrink by equal ratios, to 16 pixels at least; the paper names its largest size alone.

    Raises:
        OptionError: fewer than two sizes.
        PictureError: the picture cannot be read, or is too small.
    """
    if count < 2:
        raise OptionError(f"--sizes {count}: a ladder has at least 2")
    whole = read_picture(picture)
    smallest = max(SMALLEST_SHARE, SMALLEST_SIDE / min(whole.width, whole.height))
    if smallest >= 1:
        raise PictureError(
            f"{whole.name}: is {whole.width} x {whole.height}, too small for a ladder of sizes, "
            f"whose sides are {SMALLEST_SIDE} at least"
        )
    sizes = [
        (round(whole.width * share), round(whole.height * share))
        for share in np.geomspace(1, smallest, count)
    ]
    return [
        SceneFiles(f"{width}x{height}", picture, size=(width, height))
        for width, height in dict.fromkeys(sizes)
    ]


def open_scene(files: SceneFiles, *, model: str) -> Scene:
    """Reads a picture, what is known of it, and the map that a model makes of it.

    Raises:
        PictureError, DatasetError: a file cannot be read. ModelError: no such model.
    """
    pixels = in_colour(read_picture(files.picture).pixels)
    if files.size is not None and files.size != pixels.shape[1::-1]:
        small = Image.fromarray(pixels).resize(files.size, Image.Resampling.LANCZOS)
        pixels = np.asarray(small)
    scene = Scene(files.key, pixels, saliency_map(pixels, model=model))
    if files.mask is not None:
        scene = replace(scene, mask=_mask(files.mask, pixels))
    if files.fixations is None:
        return scene
    height, width = pixels.shape[:2]
    if files.fixations.suffix.lower() not in POINT_FILES:
        density = resized(read_grey(files.fixations), height, width).astype(np.float64)
        return replace(scene, density=density / max(float(density.max()), 1e-30))
    found = read_fixation_file(files.fixations, height, width)
    if not len(found):
        raise DatasetError(f"{printable(files.fixations)} holds no fixation inside the picture")
    return replace(
        scene,
        density=viewers_density(found, height, width),
        points=found[:, 1:3].astype(np.int64),
    )


def _mask(path: Path, pixels: Pixels) -> Flags:
    grey = read_grey(path)
    if grey.shape != pixels.shape[:2]:
        raise DatasetError(
            f"{printable(path)} is {grey.shape[1]}x{grey.shape[0]}, its picture "
            f"{pixels.shape[1]}x{pixels.shape[0]}: give masks of the pictures' sizes"
        )
    return binary_mask(grey, 0.5) > 0


def _of_categories(
    pictures: dict[str, Path], images: Path, categories: Sequence[str], count: int | None
) -> dict[str, Path]:
    """Those in the sub-folders named, or in all; the first `count` of each."""
    found: dict[str, list[str]] = {}
    for key in pictures:
        category, *rest = key.split("/")
        if rest:
            found.setdefault(category, []).append(key)
    missing = [name for name in categories if name not in found]
    if missing or not found:
        looked = ", ".join(map(printable, missing)) or "sub-folders"
        raise DatasetError(
            f"{printable(images)} holds no {looked} with pictures: categories are sub-folders"
        )
    chosen = categories or list(found)
    return {key: pictures[key] for name in chosen for key in found[name][:count]}
