"""Labelled pictures: the classes that a picture shows and, where known, which pixels show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError
from foveate_research.datasets.attention import grey_field, picture_field
from foveate_research.datasets.shards import field, read_samples

VOID = 0
"""The index in a class mask of pixels that no class is stated for."""

TILE_COLUMNS = 5
TILE_SIDE = 64


@dataclass(frozen=True)
class LabelledPicture:
    """One picture and the classes that it shows."""

    key: str
    pixels: npt.NDArray[np.uint8]  # (H, W, 3) sRGB
    labels: tuple[str, ...]  # names of the classes present, each once
    class_mask: npt.NDArray[np.uint8] | None = None  # (H, W), indices into read_classes


def read_classes(folder: Path) -> tuple[str, ...]:
    """The names of a set's classes after its manifest.json, in the order of their indices."""
    manifest = folder / "manifest.json"
    try:
        stated = json.loads(manifest.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"{manifest} is missing: give the folder of a labelled set") from error
    except ValueError as error:
        raise DatasetError(f"{manifest} is not JSON: {error}") from error
    names = stated.get("classes") if isinstance(stated, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DatasetError(f'{manifest} states no "classes": it must list their names in order')
    return tuple(names)


def read_labelled(folder: Path, part: str) -> Iterator[LabelledPicture]:
    """The labelled pictures of one part of a set, streamed in the order of its shards.

    A sample is KEY.webp with KEY.cls (the index of its one class), with KEY.json
    {"labels": {name: share of pixels}} and KEY.mask.png (class indices, 0 = void), or
    KEY.tiles.webp with KEY.json: equal squares of one class, given one by one.

    Raises:
        DatasetError: no shards of that part, no list of classes, or a sample without its label.
    """
    classes = read_classes(folder)
    for key, fields in read_samples(folder, part):
        if "tiles.webp" in fields:
            yield from _tiles(key, fields, classes, folder)
        elif "cls" in fields:
            pixels = picture_field(fields, "webp", key, folder)
            yield LabelledPicture(key, pixels, (_class_of(key, fields, classes, folder),))
        else:
            pixels = picture_field(fields, "webp", key, folder)
            labels = _labels_of(key, fields, classes, folder)
            mask = None
            if "mask.png" in fields:
                mask = grey_field(fields, "mask.png", key, folder)
            yield LabelledPicture(key, pixels, labels, mask)


def _class_of(key: str, fields: dict[str, bytes], classes: tuple[str, ...], folder: Path) -> str:
    """The name behind KEY.cls."""
    text = fields["cls"].decode("ascii", errors="replace").strip()
    if not text.isdigit() or int(text) >= len(classes):
        raise DatasetError(f"{folder}: {key}.cls is '{text}', not an index below {len(classes)}")
    return classes[int(text)]


def _labels_of(
    key: str, fields: dict[str, bytes], classes: tuple[str, ...], folder: Path
) -> tuple[str, ...]:
    """The names in KEY.json, in the order of the set's classes."""
    stated = _json(key, fields, folder).get("labels")
    if not isinstance(stated, (dict, list)):
        raise DatasetError(f'{folder}: {key}.json states no "labels"')
    strange = sorted(str(name) for name in stated if name not in classes)
    if strange:
        raise DatasetError(f"{folder}: {key}.json names '{strange[0]}', not a class of the set")
    return tuple(name for name in classes if name in stated)


def _json(key: str, fields: dict[str, bytes], folder: Path) -> dict[str, Any]:
    """KEY.json as an object."""
    try:
        stated = json.loads(field(fields, "json", key, folder))
    except ValueError as error:
        raise DatasetError(f"{folder}: {key}.json is not JSON: {error}") from error
    if not isinstance(stated, dict):
        raise DatasetError(f"{folder}: {key}.json is not an object")
    return stated


def _tiles(
    key: str, fields: dict[str, bytes], classes: tuple[str, ...], folder: Path
) -> Iterator[LabelledPicture]:
    """The squares of a sheet, row by row; KEY.json tells their class and how many count."""
    stated = _json(key, fields, folder)
    index, count = stated.get("cls"), stated.get("count")
    sheet = picture_field(fields, "tiles.webp", key, folder)
    rows, columns = sheet.shape[0] // TILE_SIDE, sheet.shape[1] // TILE_SIDE
    if columns != TILE_COLUMNS or sheet.shape[0] % TILE_SIDE or sheet.shape[1] % TILE_SIDE:
        raise DatasetError(
            f"{folder}: {key}.tiles.webp is {sheet.shape[1]}x{sheet.shape[0]}, "
            f"not {TILE_COLUMNS} columns of {TILE_SIDE} pixels"
        )
    if not isinstance(index, int) or not 0 <= index < len(classes):
        raise DatasetError(f"{folder}: {key}.json's cls is {index}, not below {len(classes)}")
    if not isinstance(count, int) or not 0 <= count <= rows * columns:
        raise DatasetError(f"{folder}: {key}.json counts {count} of {rows * columns} tiles")
    for place in range(count):
        top, left = place // columns * TILE_SIDE, place % columns * TILE_SIDE
        tile = np.ascontiguousarray(sheet[top : top + TILE_SIDE, left : left + TILE_SIDE])
        yield LabelledPicture(f"{key}-{place:02d}", tile, (classes[index],))
