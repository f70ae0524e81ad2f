"""Published sets in their official layouts, opened by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from foveate.errors import DatasetError, OptionError, printable
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.damage import dataset_text
from foveate_research.datasets.fixation_files import read_osie
from foveate_research.datasets.folders import (
    class_mask_folders,
    files_by_key,
    fixation_folders,
    label_folders,
    mask_folders,
)
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.datasets.layout_table import LAYOUTS, VOC_CLASSES, Layout, Places
from foveate_research.datasets.sets import PictureSet, split_by_hash

AnySet = PictureSet[AttentionPicture] | PictureSet[LabelledPicture]

SEED = 0
"""The seed of the splits by hash."""


def get_layout(name: str) -> Layout:
    """The layout of that name; OptionError names the ones there are."""
    if name not in LAYOUTS:
        raise OptionError(f"no layout is called '{name}': there are {', '.join(LAYOUTS)}")
    return LAYOUTS[name]


def open_layout(name: str, root: Path, part: str | None = None) -> AnySet:
    """A part of a published set as it lies on the disk below `root`.

    Masks and fixations come as AttentionPicture, labels and class masks as LabelledPicture. Where a
    paper splits a set that has no parts of its own, "train", "val" and "test" are dealt by the
    hashes of the files' names, and the set's facts record how.

    Raises:
        OptionError: no layout of that name, or no such part of it.
        DatasetError: the files do not lie as the layout says; tells what was looked for and where.
    """
    layout = get_layout(name)
    wanted = part or layout.default_part
    if wanted not in layout.part_names:
        named = ", ".join(layout.part_names)
        raise OptionError(f"{name} has no part '{wanted}': there are {named}")
    dealt = wanted if wanted in layout.split and wanted not in layout.parts else None
    folder, places = _found(layout, root, "all" if dealt else wanted)
    keys = _listed(folder, places)
    facts: dict[str, object] = {}
    if dealt:
        every = keys or list(files_by_key(folder / places.images, places.image_suffixes))
        keys = split_by_hash(every, layout.split, seed=SEED)[dealt]
        facts["split"] = {
            "rule": "names by sha256 of 'seed:name', dealt in turn",
            "seed": SEED,
            "parts": dict(layout.split),
        }
    opened = _opened(layout, folder, places, wanted, keys)
    return _with_facts(opened, facts)


def _with_facts(opened: AnySet, facts: dict[str, object]) -> AnySet:
    return replace(opened, facts={**opened.facts, **facts}) if facts else opened


def _found(layout: Layout, root: Path, part: str) -> tuple[Path, Places]:
    """The folder and the places that are there; DatasetError tells all that were looked for."""
    folders = [root, *(root / inner for inner in layout.inside)]
    for places in layout.parts[part]:
        for folder in folders:
            if _is_there(folder, places):
                return folder, places
    looked = " or ".join(str(places) for places in layout.parts[part])
    where = ", ".join(printable(str(folder)) for folder in folders)
    raise DatasetError(f"{layout.title}: looked for {looked} in {where}, and found none")


def _is_there(folder: Path, places: Places) -> bool:
    """Whether all folders and files exist, and the pictures' folder holds something of theirs."""
    named = [places.images, places.answers, places.maps, places.list_file]
    if not all((folder / name).exists() for name in named if name is not None):
        return False
    within = (folder / places.images).iterdir() if (folder / places.images).is_dir() else iter(())
    if places.answers == places.images:  # a folder of both: any folder exists, look for pictures
        return any(path.suffix.lower() in places.image_suffixes for path in within)
    return any(True for _ in within)


def _listed(folder: Path, places: Places) -> list[str] | None:
    """The keys of the part where a list or a prefix states them."""
    if places.list_file is not None:
        text = dataset_text(folder / places.list_file, "list of names")
        return [line.split()[0] for line in text.splitlines() if line.strip()]
    if places.prefix:
        files = files_by_key(folder / places.images, places.image_suffixes)
        return [key for key in files if key.startswith(places.prefix)]
    return None


def _opened(
    layout: Layout, folder: Path, places: Places, part: str, keys: Sequence[str] | None
) -> AnySet:
    images = folder / places.images
    answers = None if places.answers is None else folder / places.answers
    if layout.kind == "labels":
        chosen = layout.of_class.get(part, list)
        return label_folders(images, clean=layout.clean, chosen=chosen, name=layout.name, part=part)
    if layout.kind == "class masks":
        assert answers is not None
        return class_mask_folders(
            images, answers, VOC_CLASSES, name=layout.name, part=part, keys=keys
        )
    if layout.kind == "masks":
        assert answers is not None
        return mask_folders(
            images,
            answers,
            threshold=layout.threshold,
            image_suffixes=places.image_suffixes,
            mask_suffixes=places.answer_suffixes,
            name=layout.name,
            part=part,
            keys=keys,
        )
    of_all = answers if answers is not None and answers.is_file() else None
    return fixation_folders(
        images,
        None if of_all else answers,
        maps=None if places.maps is None else folder / places.maps,
        point_pictures=places.point_pictures,
        map_ending=places.map_ending,
        deep=places.deep,
        every_point=None if of_all is None else read_osie(of_all),
        name=layout.name,
        part=part,
        keys=keys,
    )
