"""The pictures that a training learns from: its recipe's shards, or sets that the user names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foveate.errors import DatasetError, OptionError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.datasets.layouts import get_layout, open_layout
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.sets import Indexed, PictureSet
from foveate_research.datasets.shards import describe_shards
from foveate_research.training.recipes import Request

Kind = Literal["masks", "fixations", "density maps", "labels"]
ReadShards = Callable[[Path, str], Sequence[AttentionPicture]]


@dataclass(frozen=True)
class Pictures:
    """Pictures of one kind by set, and what a record says of each set."""

    groups: Mapping[str, Sequence[Any]]
    data: list[dict[str, Any]]

    @property
    def together(self) -> Sequence[Any]:
        """All groups as one."""
        return joined(list(self.groups.values()))


def joined(groups: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """Several sequences as one, none of them read."""
    places = [(group, index) for group in groups for index in range(len(group))]
    return Indexed(lambda index: places[index][0][places[index][1]], len(places))


def named_sets(request: Request) -> list[PictureSet[Any]]:
    """The sets that the user named, their parts to learn from; none where the recipe's are meant.

    Raises OptionError for a set to measure on, DatasetError for files that do not lie as they do.
    """
    found: list[PictureSet[Any]] = []
    for name, root in request.sets:
        parts = get_layout(name).part_names
        part = next((part for part in ("train", "all") if part in parts), None)
        if part is None:
            raise OptionError(f"{name} has no part to train on: there are {', '.join(parts)}")
        found.append(open_layout(name, root, part))
    return found + [open_shards(folder, "train") for folder in request.shards]


def kind_of(pictures: PictureSet[Any]) -> Kind:
    """What the pictures of a set come with, after the first of them. Raises DatasetError."""
    first = next(iter(pictures), None)
    if first is None:
        raise DatasetError(f"{pictures.name} holds no pictures to train on")
    if isinstance(first, LabelledPicture):
        return "labels"
    if first.mask is not None:
        return "masks"
    return "density maps" if first.fixations is None else "fixations"


def attention_pictures(
    request: Request, kind: Kind, *, own: Sequence[str], read: ReadShards, alone: bool = True
) -> Pictures:
    """Pictures of a kind: of the sets that the user named, or else of a recipe's `own` shards.

    alone: the training learns from this kind only; a set of another is an OptionError.
    """
    if request.class_file is not None:
        raise OptionError(f"--classes folds labels: this training takes {kind}")
    groups: dict[str, Sequence[Any]] = {}
    data = []
    for pictures in named_sets(request):
        found = kind_of(pictures)
        if found == kind:
            name = _free_name(pictures.name, groups)
            groups[name] = pictures.by_number()
            data.append({**pictures.described(), "count": len(groups[name])})
        elif alone:
            raise OptionError(f"{pictures.name} is a set of {found}: this training takes {kind}")
    if groups:
        return Pictures(groups, data)
    for name in own:
        groups[name] = read(request.folder / name, "train")
        data.append(describe_shards(request.folder / name, "train", len(groups[name])))
    return Pictures(groups, data)


def labelled_sets(request: Request) -> tuple[Pictures, dict[str, tuple[str, ...]]]:
    """The labelled sets that the user named, and the classes of each; nothing where none is."""
    groups: dict[str, Sequence[Any]] = {}
    classes: dict[str, tuple[str, ...]] = {}
    data = []
    for pictures in named_sets(request):
        found = kind_of(pictures)
        if found != "labels":
            raise OptionError(f"{pictures.name} is a set of {found}: this training takes labels")
        name = _free_name(pictures.name, groups)
        groups[name] = pictures.by_number()
        classes[name] = tuple(
            label for label in pictures.classes if label not in ("background", "void")
        )
        data.append({**pictures.described(), "count": len(groups[name])})
    return Pictures(groups, data), classes


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    """The name, numbered where another set has it."""
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name} {number}", number + 1
    return wanted
