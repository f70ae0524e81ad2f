"""Labelled pictures in a folder a class, or listed, as ILSVRC and tiny-imagenet are published."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from foveate.errors import DatasetError, printable
from foveate.pictures import read_picture
from foveate_research.datasets.attention import in_colour
from foveate_research.datasets.damage import dataset_text
from foveate_research.datasets.folders import PICTURES
from foveate_research.datasets.sets import split_by_hash
from foveate_research.thesis.source import Source

PARTS = {"train": ("train",), "val": ("val", "validation"), "test": ("test",)}
"""Part -> what its folder or shards may be called."""

LISTS = ("LOC_{part}_solution.csv", "{part}_annotations.txt")  # ILSVRC (Kaggle), tiny-imagenet-200
TITLES = ("LOC_synset_mapping.txt", "words.txt")


def parted_folders(root: Path, folder: Path) -> dict[str, Source]:
    """train, val and test side by side."""
    train = class_folders(folder / "train")
    if not train:
        raise DatasetError(
            f"{printable(folder / 'train')} holds no folders of pictures, one a class"
        )
    classes = tuple(train)
    titles = _titles(root, classes)
    found = {"train": _files(root.name, "train", classes, train, titles)}
    for part in ("val", "test"):
        name = only_name(folder, [name for name in PARTS[part] if (folder / name).is_dir()])
        if name is None:
            continue
        files = class_folders(folder / name) or _listed(root, folder / name, part)
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


def only_name(folder: Path, names: list[str]) -> str | None:
    """The one name by which a part is there, if any; DatasetError where it has two."""
    if len(names) > 1:
        raise DatasetError(f"{printable(folder)} holds {' and '.join(names)}: leave one of them")
    return names[0] if names else None


def dealt_folders(root: Path, val_share: float, seed: int) -> dict[str, Source]:
    """A folder a class, each dealt to train and val."""
    every = class_folders(root)
    if not every:
        if has_pictures(root) or (root / "images").is_dir():
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


def class_folders(folder: Path) -> dict[str, list[Path]]:
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


def has_pictures(folder: Path) -> bool:
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
    for line in dataset_text(listed, "list of classes").splitlines():
        words = re.split(r"[,\s]+", line.strip())
        if len(words) > 1 and (path := files.get(Path(words[0]).stem)) is not None:
            found.setdefault(words[1], []).append(path)
    return found


def _titles(root: Path, classes: tuple[str, ...]) -> dict[str, str]:
    """What people call the classes, where a list of WordNet ids lies in the set."""
    for name in TITLES:
        path = root / name
        if path.is_file():
            lines = dataset_text(path, "list of names").splitlines()
            rows = (line.split(maxsplit=1) for line in lines)
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
        lambda index: in_colour(read_picture(paths[index]).pixels),
        lambda index: _size_bytes(paths[index]),
        titles,
    )


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
