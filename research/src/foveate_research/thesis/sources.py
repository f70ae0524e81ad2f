"""The parts of a set of labelled pictures, whichever way it lies in its folder."""

from __future__ import annotations

from pathlib import Path

from foveate.errors import DatasetError, OptionError, printable
from foveate_research.thesis.class_folders import (
    PARTS,
    class_folders,
    dealt_folders,
    has_pictures,
    only_name,
    parted_folders,
)
from foveate_research.thesis.labelled_shards import labelled_shards
from foveate_research.thesis.source import Source, with_val_dealt

INSIDE = ("", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC")  # where ILSVRC's archives have train and val


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
        dealt = with_val_dealt(found["train"], val_share, seed)
        found = {**dealt, **{part: found[part] for part in found if part != "train"}}
    return found


def _opened(images: Path, val_share: float, seed: int) -> dict[str, Source]:
    """The parts that are there."""
    sharded = {}
    for part, names in PARTS.items():
        there = [name for name in names if any(images.glob(f"{name}-*.tar"))]
        if name := only_name(images, there):
            sharded[part] = labelled_shards(images, part, name)
    if sharded:
        return sharded
    for inner in INSIDE:
        train = images / inner / "train"
        # where train holds pictures itself it is a class of that name
        if train.is_dir() and (not has_pictures(train) or class_folders(train)):
            return parted_folders(images, images / inner)
    return dealt_folders(images, val_share, seed)


def _of_one_class(images: Path, classes: tuple[str, ...]) -> str:
    """What is wrong with a set of one class, and its mend."""
    if not classes:
        return "has no classes: two or more are needed"
    said = f"has one class, '{printable(classes[0])}': two or more are needed"
    inner = images / classes[0]
    below = list(class_folders(inner)) if inner.is_dir() else []
    if len(below) < 2:
        return said
    some = ", ".join(printable(name) for name in below[:3])
    return f"{said} (it holds {some}: did you mean --images {printable(inner)}?)"
