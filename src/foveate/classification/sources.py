"""Labelled pictures that can be read in any order: folders, ILSVRC's layouts, shards, tiles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.datasets.attention import decode_picture
from foveate.datasets.folders import PICTURES
from foveate.datasets.indexed_shards import IndexedShards, index_shards
from foveate.datasets.labels import TILE_COLUMNS, TILE_SIDE, read_classes
from foveate.datasets.sets import split_by_hash
from foveate.errors import DatasetError, PictureError, printable
from foveate.pictures import read_picture

PARTS = ("train", "val", "test")
INSIDE = ("", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC")  # where ILSVRC's archives have train and val
LISTS = ("LOC_{part}_solution.csv", "{part}_annotations.txt")  # ILSVRC (Kaggle), tiny-imagenet-200
TITLES = ("LOC_synset_mapping.txt", "words.txt")

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """One part of a set. labels: indices into classes, one a key. read: (H, W, 3) by number.

    titles: what people call a class, where the set tells. terms: of use, as the set states them.
    """

    name: str
    part: str
    classes: tuple[str, ...]
    keys: Sequence[str]
    labels: Sequence[int]
    read: Callable[[int], Pixels]
    titles: Mapping[str, str] = field(default_factory=dict)
    terms: str | None = None

    def __len__(self) -> int:
        return len(self.keys)


def open_sources(images: Path, *, val_share: float = 0.1, seed: int = 0) -> dict[str, Source]:
    """The parts of a set by name, "train" first.

    images: a folder of shards (KEY.webp with KEY.cls, or KEY.tiles.webp with KEY.json); of train
    and val with a folder a class in each, or val flat with a list beside it, as ILSVRC and
    tiny-imagenet-200 are published; or of classes alone, whose pictures are dealt to train and val
    by the hashes of their names.

    Raises:
        DatasetError: none of these, or labels that do not fit.
    """
    if not images.is_dir():
        raise DatasetError(f"{printable(images)} is not a folder: give a set of labelled pictures")
    sharded = [part for part in PARTS if any(images.glob(f"{part}-*.tar"))]
    if sharded:
        return {part: _shards(images, part) for part in sharded}
    for inner in INSIDE:
        if (images / inner / "train").is_dir():
            return _parted(images, images / inner)
    return _dealt(images, val_share, seed)


def _parted(root: Path, folder: Path) -> dict[str, Source]:
    """train, val and test side by side."""
    train = _class_folders(folder / "train")
    if not train:
        raise DatasetError(
            f"{printable(folder / 'train')} holds no folders of pictures, one a class"
        )
    classes = tuple(train)
    titles = _titles(root, classes)
    found = {"train": _files(root.name, "train", classes, train, titles)}
    for part in PARTS[1:]:
        if (folder / part).is_dir():
            files = _class_folders(folder / part) or _listed(root, folder / part, part)
            strange = [name for name in files if name not in train]
            if strange:
                where = printable(folder / part)
                raise DatasetError(f"{where} has class '{printable(strange[0])}', train has not")
            if files:
                found[part] = _files(root.name, part, classes, files, titles)
    return found


def _dealt(root: Path, val_share: float, seed: int) -> dict[str, Source]:
    """A folder a class, each dealt to train and val."""
    every = _class_folders(root)
    if not every:
        raise DatasetError(
            f"{printable(root)}: looked for train-*.tar, for train/CLASS and for CLASS with "
            f"pictures in it, and found none"
        )
    parts: dict[str, dict[str, list[Path]]] = {"train": {}, "val": {}}
    for name, paths in every.items():
        by_key = {path.relative_to(root).as_posix(): path for path in paths}
        dealt = split_by_hash(list(by_key), {"train": 1 - val_share, "val": val_share}, seed=seed)
        for part, keys in dealt.items():
            parts[part][name] = [by_key[key] for key in keys]
    titles = _titles(root, tuple(every))
    return {
        part: _files(root.name, part, tuple(every), files, titles) for part, files in parts.items()
    }


def _class_folders(folder: Path) -> dict[str, list[Path]]:
    """The pictures in and below each folder, by its name; folders without pictures left out."""
    found = {}
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        paths = sorted(
            path
            for path in inner.rglob("*")
            if path.suffix.lower() in PICTURES and not path.name.startswith(".")
        )
        if paths:
            found[inner.name] = paths
    # val/images alone is a flat part, not a class
    return {} if list(found) == ["images"] else found


def _listed(root: Path, folder: Path, part: str) -> dict[str, list[Path]]:
    """The pictures of a flat part by the class that a list beside them states."""
    names = [name.format(part=part) for name in LISTS]
    lists = [place / name for place in (folder, folder.parent, root) for name in names]
    listed = next((path for path in lists if path.is_file()), None)
    files = {path.stem: path for path in folder.rglob("*") if path.suffix.lower() in PICTURES}
    if listed is None:
        if files:
            looked = " or ".join(names)
            raise DatasetError(
                f"{printable(folder)} has no folders of classes: looked for {looked} beside it"
            )
        return {}
    found: dict[str, list[Path]] = {}
    for line in listed.read_text(encoding="utf-8").splitlines():
        words = re.split(r"[,\s]+", line.strip())
        if len(words) > 1 and (path := files.get(Path(words[0]).stem)) is not None:
            found.setdefault(words[1], []).append(path)
    return found


def _titles(root: Path, classes: tuple[str, ...]) -> dict[str, str]:
    """What people call the classes, where a list of WordNet ids lies in the set."""
    for name in TITLES:
        path = root / name
        if path.is_file():
            rows = (line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines())
            stated = {row[0]: row[1].strip() for row in rows if len(row) == 2}
            return {name: stated[name] for name in classes if name in stated}
    return {}


def _files(
    name: str,
    part: str,
    classes: tuple[str, ...],
    files: Mapping[str, Sequence[Path]],
    titles: Mapping[str, str],
) -> Source:
    places = {label: index for index, label in enumerate(classes)}
    paths = [path for label in files for path in files[label]]
    labels = [places[label] for label in files for _ in files[label]]
    keys = [f"{label}/{path.stem}" for label in files for path in files[label]]
    return Source(
        *(name, part, classes, keys, labels),
        lambda index: _rgb(read_picture(paths[index]).pixels),
        titles,
    )


def _rgb(pixels: Pixels) -> Pixels:
    """(H, W, 3): grey in all three channels."""
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def _shards(folder: Path, part: str) -> Source:
    """A part packed as shards: pictures with one label, or tiles of one class."""
    classes = read_classes(folder)
    index = index_shards(folder, part)
    items: list[tuple[int, int | None]] = []  # sample, and tile of it
    keys, labels = [], []
    for number, key in enumerate(index.keys):
        if index.has(number, "tiles.webp"):
            label, count = _stated(index, number)
            tiles: Sequence[int | None] = range(count)
        else:
            label, tiles = _label(index, number), (None,)
        if not 0 <= label < len(classes):
            raise DatasetError(f"{printable(folder)}: {key} is of class {label}, of {len(classes)}")
        for tile in tiles:
            items.append((number, tile))
            keys.append(key if tile is None else f"{key}-{tile:02d}")
            labels.append(label)

    def read(place: int) -> Pixels:
        number, tile = items[place]
        if tile is None:
            return _decoded(index, number, "webp")
        sheet = _decoded(index, number, "tiles.webp")
        top, left = (TILE_SIDE * side for side in divmod(tile, TILE_COLUMNS))
        return np.ascontiguousarray(sheet[top : top + TILE_SIDE, left : left + TILE_SIDE])

    stated = json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("terms")
    terms = stated if isinstance(stated, str) else None
    return Source(folder.name, part, classes, keys, labels, read, terms=terms)


def _label(index: IndexedShards, number: int) -> int:
    """KEY.cls."""
    if not index.has(number, "cls"):
        where = printable(index.files[0].parent)
        raise DatasetError(
            f"{where}: {index.keys[number]} has no .cls: one label a picture is needed"
        )
    text = index.read(number, "cls")[0].decode("ascii", errors="replace").strip()
    return int(text) if text.isdigit() else -1


def _stated(index: IndexedShards, number: int) -> tuple[int, int]:
    """Class and count in KEY.json beside tiles."""
    try:
        stated = json.loads(index.read(number, "json")[0])
        return int(stated["cls"]), int(stated["count"])
    except (ValueError, KeyError, TypeError) as error:
        where = printable(index.files[0].parent)
        raise DatasetError(f"{where}: {index.keys[number]}.json tells no cls and count") from error


def _decoded(index: IndexedShards, number: int, name: str) -> Pixels:
    """A picture's field; PictureError where it is none."""
    data = index.read(number, name)[0]
    try:
        return decode_picture(data)
    except (OSError, ValueError) as error:
        key = index.keys[number]
        raise PictureError(f"{printable(key)}.{name} cannot be read as a picture") from error
