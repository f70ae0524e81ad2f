"""Labelled pictures that can be read in any order: folders, ILSVRC's layouts, shards, tiles."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.datasets.attention import decode_picture
from foveate.datasets.folders import PICTURES
from foveate.datasets.indexed_shards import IndexedShards, index_shards
from foveate.datasets.labels import TILE_COLUMNS, TILE_SIDE, read_classes
from foveate.datasets.sets import split_by_hash
from foveate.errors import DatasetError, OptionError, PictureError, printable
from foveate.pictures import read_picture

PARTS = {"train": ("train",), "val": ("val", "validation"), "test": ("test",)}
"""Part -> what its folder or shards may be called."""

INSIDE = ("", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC")  # where ILSVRC's archives have train and val
LISTS = ("LOC_{part}_solution.csv", "{part}_annotations.txt")  # ILSVRC (Kaggle), tiny-imagenet-200
TITLES = ("LOC_synset_mapping.txt", "words.txt")

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """One part of a set. labels: indices into classes, one a key. read: (H, W, 3) by number.

    size_bytes: of a picture's file by number, -1 where it cannot be told; another size tells that a
    picture has changed.
    titles: what people call a class, where the set tells. terms: of use, as the set states them.
    """

    name: str
    part: str
    classes: tuple[str, ...]
    keys: Sequence[str]
    labels: Sequence[int]
    read: Callable[[int], Pixels]
    size_bytes: Callable[[int], int]
    titles: Mapping[str, str] = field(default_factory=dict)
    terms: str | None = None

    def __len__(self) -> int:
        return len(self.keys)


def open_sources(images: Path, *, val_share: float = 0.1, seed: int = 0) -> dict[str, Source]:
    """The parts of a set by name, "train" first.

    images: a folder of shards (KEY.webp with KEY.cls, or KEY.tiles.webp with KEY.json); of train
    and val (or validation) with a folder a class in each, or val flat with a list beside it, as
    ILSVRC and tiny-imagenet-200 are published; or of classes alone. Without val, val_share of each
    class's train pictures is dealt to it by the hashes of their names. A flat test that no list
    labels is left out.

    Raises:
        DatasetError: none of these, fewer than two classes, a folder that may not be read, or
            labels that do not fit.
        OptionError: val_share does not lie between 0 and 1.
    """
    if not 0 < val_share < 1:
        raise OptionError(f"--val-share {val_share}: must lie between 0 and 1")
    if not images.is_dir():
        raise DatasetError(f"{printable(images)} is not a folder: give a set of labelled pictures")
    found = _opened(images, val_share, seed)
    if "train" not in found:
        raise DatasetError(f"{printable(images)} has {', '.join(found)} and no train: add it")
    classes = found["train"].classes
    if len(classes) < 2:
        raise DatasetError(f"{printable(images)} {_of_one_class(images, classes)}")
    if "val" not in found:
        dealt = _without_val(found["train"], val_share, seed)
        found = {**dealt, **{part: found[part] for part in found if part != "train"}}
    return found


def spread_classes(sources: dict[str, Source], count: int) -> dict[str, Source]:
    """The same parts with so many of their classes, spread evenly over the order they have.

    Raises:
        OptionError: fewer than two are asked for, or more than there are.
    """
    every = sources["train"].classes
    if not 2 <= count <= len(every):
        raise OptionError(f"--classes {count}: give 2 to {len(every)}, which the set has")
    kept = {place * len(every) // count: place for place in range(count)}  # label -> its new one
    names = tuple(every[label] for label in kept)
    found = {}
    for part, source in sources.items():
        places = [place for place, label in enumerate(source.labels) if label in kept]
        fewer = _chosen(source, part, places)
        found[part] = replace(
            fewer,
            classes=names,
            labels=[kept[label] for label in fewer.labels],
            titles={name: title for name, title in source.titles.items() if name in names},
        )
    return found


def _opened(images: Path, val_share: float, seed: int) -> dict[str, Source]:
    """The parts that are there."""
    sharded = {
        part: name
        for part, names in PARTS.items()
        if (name := _only(images, [name for name in names if any(images.glob(f"{name}-*.tar"))]))
    }
    if sharded:
        return {part: _shards(images, part, name) for part, name in sharded.items()}
    for inner in INSIDE:
        train = images / inner / "train"
        # where train holds pictures itself it is a class of that name
        if train.is_dir() and (not _has_pictures(train) or _class_folders(train)):
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
    for part in ("val", "test"):
        name = _only(folder, [name for name in PARTS[part] if (folder / name).is_dir()])
        if name is None:
            continue
        files = _class_folders(folder / name) or _listed(root, folder / name, part)
        strange = [label for label in files if label not in train]
        where = printable(folder / name)
        if strange:
            raise DatasetError(f"{where} has class '{printable(strange[0])}', train has not")
        if files:
            found[part] = _files(root.name, part, classes, files, titles)
        elif part == "val":
            raise DatasetError(
                f"{where} holds no pictures: add some, or remove it to have val dealt out of train"
            )
    return found


def _only(folder: Path, names: list[str]) -> str | None:
    """The one name by which a part is there, if any; DatasetError where it has two."""
    if len(names) > 1:
        raise DatasetError(f"{printable(folder)} holds {' and '.join(names)}: leave one of them")
    return names[0] if names else None


def _dealt(root: Path, val_share: float, seed: int) -> dict[str, Source]:
    """A folder a class, each dealt to train and val."""
    every = _class_folders(root)
    if not every:
        if _has_pictures(root) or (root / "images").is_dir():
            raise DatasetError(
                f"{printable(root)} holds no classes: put its pictures into folders, one a class"
            )
        raise DatasetError(
            f"{printable(root)}: looked for train-*.tar, for train/CLASS and for CLASS with "
            f"pictures in it, and found none"
        )
    if all(any(name in names for names in PARTS.values()) for name in every):
        mend = "put train's pictures into folders, one a class"
        raise DatasetError(f"{printable(root)} holds {', '.join(every)} and no classes: {mend}")
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


def _without_val(train: Source, val_share: float, seed: int) -> dict[str, Source]:
    """A train part dealt to train and val, class by class."""
    places: dict[int, dict[str, int]] = {}
    for place, (key, label) in enumerate(zip(train.keys, train.labels, strict=True)):
        of_class = places.setdefault(label, {})
        of_class[f"{key} {place}" if key in of_class else key] = place
    parts: dict[str, list[int]] = {"train": [], "val": []}
    for of_class in places.values():
        dealt = split_by_hash(list(of_class), {"train": 1 - val_share, "val": val_share}, seed=seed)
        for part, keys in dealt.items():
            parts[part] += (of_class[key] for key in keys)
    return {part: _chosen(train, part, sorted(chosen)) for part, chosen in parts.items()}


def _chosen(source: Source, part: str, places: list[int]) -> Source:
    """Some of a source's pictures as a part of their own."""
    return replace(
        source,
        part=part,
        keys=[source.keys[place] for place in places],
        labels=[source.labels[place] for place in places],
        read=lambda index: source.read(places[index]),
        size_bytes=lambda index: source.size_bytes(places[index]),
    )


def _of_one_class(images: Path, classes: tuple[str, ...]) -> str:
    """What is wrong with a set of one class, and its mend."""
    if not classes:
        return "has no classes: two or more are needed"
    said = f"has one class, '{printable(classes[0])}': two or more are needed"
    inner = images / classes[0]
    below = list(_class_folders(inner)) if inner.is_dir() else []
    if len(below) < 2:
        return said
    some = ", ".join(printable(name) for name in below[:3])
    return f"{said} (it holds {some}: did you mean --images {printable(inner)}?)"


def _class_folders(folder: Path) -> dict[str, list[Path]]:
    """The pictures in and below each folder, by its name; folders without pictures left out."""
    inner = sorted(path for path in _entries(folder) if path.is_dir())
    found = {path.name: paths for path in inner if (paths := _pictures_below(path))}
    # val/images alone is a flat part, not a class
    return {} if list(found) == ["images"] else found


def _pictures_below(folder: Path) -> list[Path]:
    """In order; DatasetError where a folder may not be read, which rglob would pass over."""

    def refuse(error: OSError) -> None:
        raise _closed(Path(error.filename or folder), error) from error

    return sorted(
        Path(where, name)
        for where, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if _is_picture(name)
    )


def _has_pictures(folder: Path) -> bool:
    """Whether some lie in the folder itself."""
    return any(_is_picture(path.name) and path.is_file() for path in _entries(folder))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise _closed(folder, error) from error


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in PICTURES and not name.startswith(".")


def _closed(folder: Path, error: OSError) -> DatasetError:
    reason = error.strerror or str(error)
    return DatasetError(f"{printable(folder)} cannot be read: {reason}: mend it, or move it away")


def _listed(root: Path, folder: Path, part: str) -> dict[str, list[Path]]:
    """The pictures of a flat part by the class that a list beside them states."""
    names = [name.format(part=part) for name in LISTS]
    lists = [place / name for place in (folder, folder.parent, root) for name in names]
    listed = next((path for path in lists if path.is_file()), None)
    files = {path.stem: path for path in _pictures_below(folder)}
    if listed is None:
        if files and part != "test":  # as published, what is to be guessed has no labels
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
        lambda index: _size_bytes(paths[index]),
        titles,
    )


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _rgb(pixels: Pixels) -> Pixels:
    """(H, W, 3): grey in all three channels."""
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def _shards(folder: Path, part: str, name: str) -> Source:
    """A part packed as shards: pictures with one label, or tiles of one class."""
    classes = read_classes(folder)
    index = index_shards(folder, name)
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

    def size_bytes(place: int) -> int:
        number, tile = items[place]
        name = "webp" if tile is None else "tiles.webp"
        return int(index.fields[name][number, 1]) if index.has(number, name) else -1

    stated = json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("terms")
    terms = stated if isinstance(stated, str) else None
    return Source(folder.name, part, classes, keys, labels, read, size_bytes, terms=terms)


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
