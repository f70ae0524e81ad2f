"""Folders of pictures beside folders of masks, fixations or labels, matched by the files' stems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, printable
from foveate_research.datasets.attention import AttentionPicture, decode_picture, decoded
from foveate_research.datasets.damage import damage_told, dataset_bytes
from foveate_research.datasets.fixation_files import (
    POINT_FILES,
    inside,
    read_fixation_file,
    read_point_picture,
)
from foveate_research.datasets.labels import VOID, LabelledPicture
from foveate_research.datasets.sets import Indexed, PictureSet, PictureT, keys_hash

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
ENDINGS = (".mask", ".fix", ".map", "_mask", "_gt", "_GT", "_fixMap", "_fixPts")
"""What may follow a picture's stem in the name of its answer."""

BORDER = 255
"""The index of pixels between objects in class masks with a palette (PASCAL VOC)."""


def files_by_key(
    folder: Path,
    suffixes: Sequence[str],
    *,
    endings: Sequence[str] = (),
    only: str = "",
    deep: bool = False,
) -> dict[str, Path]:
    """{key: path} of a folder's files, sorted by key; deep: of its sub-folders too.

    The key is the path below the folder without suffix, and without one of the endings. only: take
    the files with this ending and no others. Sub-folders called Output (CAT2000's) are left out.

    Raises:
        DatasetError: no such folder, none of those files in it, or two with one key.
    """
    if not folder.is_dir():
        raise DatasetError(f"{printable(folder)} is not a folder")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*") if deep else folder.iterdir()):
        if path.suffix.lower() not in suffixes or path.name.startswith(".") or not path.is_file():
            continue
        inner = path.relative_to(folder).with_suffix("")
        key = inner.as_posix()
        if not key.endswith(only) or "Output" in inner.parts[:-1]:
            continue
        ending = only or next((end for end in endings if key.endswith(end) and key != end), "")
        key = key.removesuffix(ending)
        if key in found:
            raise DatasetError(
                f"{printable(folder)}: {printable(found[key].name)} and {printable(path.name)} "
                f"are both called {printable(key)}"
            )
        found[key] = path
    if not found:
        kinds = ", ".join(f"{only}{suffix}" for suffix in suffixes)
        raise DatasetError(
            f"{printable(folder)} holds no file that ends in {kinds}: name the folder of files"
        )
    return dict(sorted(found.items()))


def matched(
    pictures: Mapping[str, Path], answers: Mapping[str, Path], *, what: str, where: Path
) -> list[str]:
    """The keys of the pictures; DatasetError when one has no answer, naming it."""
    missing = [key for key in pictures if key not in answers]
    if missing:
        raise DatasetError(
            f"{printable(where)}: {len(missing)} of {len(pictures)} pictures have no {what}, "
            f"such as {printable(missing[0])}: names must agree up to the suffix"
        )
    return list(pictures)


def mask_folders(
    images: Path,
    masks: Path,
    *,
    threshold: float = 0.5,
    image_suffixes: Sequence[str] = PICTURES,
    mask_suffixes: Sequence[str] = PICTURES,
    name: str | None = None,
    part: str = "all",
    keys: Iterable[str] | None = None,
) -> PictureSet[AttentionPicture]:
    """Pictures with a mask each: `images/KEY.jpg`, `masks/KEY.png`.

    threshold: the share of white from which a graded mask counts as object. Where both folders are
    one, pictures are its .jpg and .jpeg, masks its other files. keys: only these.
    """
    if images == masks and tuple(image_suffixes) == tuple(mask_suffixes):
        image_suffixes, mask_suffixes = (".jpg", ".jpeg"), (".png", ".bmp", ".webp")
    pictures = _chosen(files_by_key(images, image_suffixes), keys)
    answers = files_by_key(masks, mask_suffixes, endings=ENDINGS)
    chosen = matched(pictures, answers, what="mask", where=masks)

    def one(index: int) -> AttentionPicture:
        key = chosen[index]
        mask = binary_mask(read_grey(answers[key]), threshold)
        return AttentionPicture(key, read_pixels(pictures[key]), mask=mask)

    return _folder_set(one, chosen, name or images.parent.name, part)


def fixation_folders(
    images: Path,
    fixations: Path | None,
    *,
    maps: Path | None = None,
    point_pictures: str = "",
    map_ending: str = "",
    deep: bool = False,
    every_point: Mapping[str, npt.NDArray[np.float64]] | None = None,
    name: str | None = None,
    part: str = "all",
    keys: Iterable[str] | None = None,
) -> PictureSet[AttentionPicture]:
    """Pictures with fixations, density maps or both.

    fixations: a folder of .npy, .txt, .csv or .mat with a file a picture, or of grey density maps.
    maps: a folder of density maps beside it. point_pictures: the ending of the names of pictures
    whose bright pixels are the fixations. map_ending: of those of density maps. every_point: the
    fixations of all pictures from one file, (N, 3) by key. deep: keys are paths below the folders.
    keys: only these.
    """
    pictures = _chosen(files_by_key(images, PICTURES, deep=deep), keys)
    points: dict[str, Path] = {}
    smooth: dict[str, Path] = {}
    if maps is not None:
        smooth = files_by_key(maps, PICTURES, endings=ENDINGS, only=map_ending, deep=deep)
    if fixations is not None and point_pictures:
        points = files_by_key(fixations, PICTURES, only=point_pictures, deep=deep)
    elif fixations is not None:
        points, found = _points_or_maps(fixations, deep=deep)
        smooth = smooth or found
    given: dict[str, Path] = points or smooth
    where = fixations or maps or images
    if every_point is not None:
        given = dict.fromkeys(every_point, where)
    chosen = matched(pictures, given, what="fixations", where=where)
    if smooth:
        matched(pictures, smooth, what="density map", where=maps or where)

    def one(index: int) -> AttentionPicture:
        key = chosen[index]
        pixels = read_pixels(pictures[key])
        height, width = pixels.shape[:2]
        seen = None
        if every_point is not None:
            seen = inside(every_point[key], height, width)
        elif points:
            reader = read_point_picture if point_pictures else read_fixation_file
            seen = reader(points[key], height, width)
        density = read_grey(smooth[key]) if smooth else None
        return AttentionPicture(key, pixels, fixations=seen, density=density)

    return _folder_set(one, chosen, name or images.parent.name, part)


def _points_or_maps(folder: Path, *, deep: bool) -> tuple[dict[str, Path], dict[str, Path]]:
    """The folder's files of points, or, where it holds none, its density maps."""
    if not folder.is_dir():
        raise DatasetError(f"{printable(folder)} is not a folder")
    points = [path for path in folder.rglob("*") if path.suffix.lower() in POINT_FILES]
    if points:
        return files_by_key(folder, POINT_FILES, endings=ENDINGS, deep=deep), {}
    if any(path.suffix.lower() in PICTURES for path in folder.rglob("*")):
        return {}, files_by_key(folder, PICTURES, endings=ENDINGS, deep=deep)
    looked = ", ".join((*POINT_FILES, *PICTURES))
    raise DatasetError(f"{printable(folder)} holds no fixations: looked for {looked}")


def label_folders(
    root: Path,
    *,
    clean: Callable[[str], str] = str,
    chosen: Callable[[list[str]], list[str]] = list,
    name: str | None = None,
    part: str = "all",
) -> PictureSet[LabelledPicture]:
    """A folder a class: `root/CLASS/*.jpg`, keys CLASS/STEM.

    clean: the class's name from its folder's. chosen: which of a class's keys, sorted, belong to
    the part.
    """
    if not root.is_dir():
        raise DatasetError(f"{printable(root)} is not a folder")
    folders = [
        folder
        for folder in sorted(root.iterdir())
        if folder.is_dir() and any(path.suffix.lower() in PICTURES for path in folder.iterdir())
    ]
    if not folders:
        raise DatasetError(f"{printable(root)} holds no folders of pictures, one a class")
    classes = tuple(dict.fromkeys(clean(folder.name) for folder in folders))

    def listed() -> Iterator[tuple[Path, str, Path]]:
        for folder in folders:  # one class's names at a time: ImageNet has 1.3 million
            files = files_by_key(folder, PICTURES)
            yield from ((folder, key, files[key]) for key in chosen(list(files)))

    def labelled(folder: Path, key: str, path: Path) -> LabelledPicture:
        return LabelledPicture(f"{folder.name}/{key}", read_pixels(path), (clean(folder.name),))

    def read() -> Iterator[LabelledPicture]:
        return (labelled(*place) for place in listed())

    def indexed() -> Sequence[LabelledPicture]:
        places = list(listed())
        return Indexed(lambda index: labelled(*places[index]), len(places))

    return PictureSet(name or root.name, part, read, classes=classes, indexed=indexed)


def class_mask_folders(
    images: Path,
    masks: Path,
    classes: Sequence[str],
    *,
    name: str | None = None,
    part: str = "all",
    keys: Iterable[str] | None = None,
) -> PictureSet[LabelledPicture]:
    """Pictures with class masks of indices into `classes`; 0 is no class, 255 (borders) neither."""
    answers = _chosen(files_by_key(masks, (".png", ".bmp"), endings=ENDINGS), keys)
    every = files_by_key(images, PICTURES)
    matched(answers, every, what="picture", where=images)

    chosen = list(answers)

    def one(index: int) -> LabelledPicture:
        key = chosen[index]
        path = answers[key]
        indices = read_indices(path)
        indices = np.where(indices == BORDER, VOID, indices).astype(np.uint8)
        present = [int(index) for index in np.unique(indices) if index != VOID]
        if present and present[-1] >= len(classes):
            raise DatasetError(f"{printable(path)}: class {present[-1]} of {len(classes)}")
        labels = tuple(classes[index] for index in present)
        return LabelledPicture(key, read_pixels(every[key]), labels, indices)

    return _folder_set(one, chosen, name or images.parent.name, part, classes)


def binary_mask(grey: npt.NDArray[np.uint8], threshold: float) -> npt.NDArray[np.uint8]:
    """(H, W) of 0 and 255: white from a share of the full range; masks of 0 and 1 count as that."""
    full = 1 if int(grey.max(initial=0)) <= 1 else 255
    return np.where(grey >= max(threshold * full, 1e-9), 255, 0).astype(np.uint8)


def read_pixels(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 3) sRGB of a picture's file; DatasetError naming it when it cannot be read."""
    return _decoded(path, "RGB")


def read_grey(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W) of a grey picture's file; DatasetError naming it when it cannot be read."""
    return _decoded(path, "L")


def read_indices(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W) of a picture of indices, through no palette."""
    data = dataset_bytes(path, "picture of indices")
    with damage_told(path, "cannot be read as a picture"):
        image = decoded(data)
        kept = image if image.mode in ("P", "L") else image.convert("L")
        return np.asarray(kept, dtype=np.uint8)


def _decoded(path: Path, mode: str) -> npt.NDArray[np.uint8]:
    data = dataset_bytes(path, "picture file")
    with damage_told(path, "cannot be read as a picture"):
        return decode_picture(data, mode=mode)


def _chosen(files: dict[str, Path], keys: Iterable[str] | None) -> dict[str, Path]:
    """The files of these keys only; DatasetError when a key has none."""
    if keys is None:
        return files
    wanted = list(keys)
    for key in wanted:
        if key not in files:
            raise DatasetError(f"no file for {printable(key)}, which the set's list names")
    return {key: files[key] for key in wanted}


def _folder_set(
    one: Callable[[int], PictureT],
    keys: list[str],
    name: str,
    part: str,
    classes: Sequence[str] = (),
) -> PictureSet[PictureT]:
    facts = {"keys_sha256": keys_hash(keys)}
    pictures = Indexed(one, len(keys))
    return PictureSet(
        name, part, lambda: iter(pictures), len(keys), facts, tuple(classes), lambda: pictures
    )
