"""Labelled pictures in shards: KEY.webp with KEY.cls, or KEY.tiles.webp with KEY.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foveate.errors import DatasetError, PictureError, printable
from foveate_research.datasets.attention import PICTURE_FIELDS, decode_picture
from foveate_research.datasets.indexed_shards import IndexedShards, index_shards
from foveate_research.datasets.labels import read_classes
from foveate_research.datasets.shards import stated_terms
from foveate_research.thesis.source import Pixels, Source

TILE_COLUMNS = 5
TILE_SIDE = 64


def labelled_shards(folder: Path, part: str, name: str) -> Source:
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
            return _decoded(index, number, _picture_name(index, number))
        sheet = _decoded(index, number, "tiles.webp")
        top, left = (TILE_SIDE * side for side in divmod(tile, TILE_COLUMNS))
        return np.ascontiguousarray(sheet[top : top + TILE_SIDE, left : left + TILE_SIDE])

    def size_bytes(place: int) -> int:
        number, tile = items[place]
        name = _picture_name(index, number) if tile is None else "tiles.webp"
        return int(index.fields[name][number, 1]) if index.has(number, name) else -1

    terms = stated_terms(folder).get("terms")
    return Source(folder.name, part, classes, keys, labels, read, size_bytes, terms=terms)


def _picture_name(index: IndexedShards, number: int) -> str:
    """The field that is a sample's picture; "webp" where it has none."""
    return next((name for name in PICTURE_FIELDS if index.has(number, name)), PICTURE_FIELDS[0])


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
