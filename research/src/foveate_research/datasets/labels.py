"""Labelled pictures: the classes that a picture shows and, where known, which pixels show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, printable
from foveate_research.datasets.attention import picture_field, picture_in
from foveate_research.datasets.shards import field, read_manifest, read_samples

VOID = 0
"""The index in a class mask of pixels that no class is stated for."""


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
    if not manifest.is_file():
        raise DatasetError(f"{manifest} is missing: give the folder of a labelled set")
    names = read_manifest(folder).get("classes")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DatasetError(f'{manifest} states no "classes": it must list their names in order')
    return tuple(names)


def read_labelled(folder: Path, part: str) -> Iterator[LabelledPicture]:
    """The labelled pictures of one part of a set, streamed in the order of its shards.

    A sample is KEY.webp, KEY.jpg or KEY.png with KEY.cls (the index of its one class), or KEY.json
    {"labels": {name: share of pixels}} and KEY.mask.png (class indices, 0 = void).

    Raises:
        DatasetError: no shards of that part, no list of classes, or a sample without its label.
    """
    classes = read_classes(folder)
    for key, fields in read_samples(folder, part):
        pixels = picture_in(fields, key, folder)
        mask = None
        if "cls" in fields:
            labels: tuple[str, ...] = (_class_of(key, fields, classes, folder),)
        else:
            labels = _labels_of(key, fields, classes, folder)
            if "mask.png" in fields:
                mask = picture_field(fields, "mask.png", key, folder, mode="L")
        yield LabelledPicture(key, pixels, labels, mask)


def _class_of(key: str, fields: dict[str, bytes], classes: tuple[str, ...], folder: Path) -> str:
    """The name behind KEY.cls."""
    text = fields["cls"].decode("ascii", errors="replace").strip()
    if not text.isdigit() or len(text) > 9 or int(text) >= len(classes):
        at = f"{printable(folder)}: {printable(key)}.cls"
        raise DatasetError(f"{at} is '{printable(text[:20])}', not an index below {len(classes)}")
    return classes[int(text)]


def _labels_of(
    key: str, fields: dict[str, bytes], classes: tuple[str, ...], folder: Path
) -> tuple[str, ...]:
    """The names in KEY.json, in the order of the set's classes."""
    where = f"{printable(folder)}: {printable(key)}.json"
    try:
        stated = json.loads(field(fields, "json", key, folder))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where} is not JSON") from error
    stated = stated.get("labels") if isinstance(stated, dict) else None
    if not isinstance(stated, (dict, list)):
        raise DatasetError(f'{where} states no "labels"')
    strange = sorted(str(name) for name in stated if name not in classes)
    if strange:
        raise DatasetError(f"{where} names '{printable(strange[0][:80])}', not a class of the set")
    return tuple(name for name in classes if name in stated)
