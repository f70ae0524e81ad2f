"""The sets of the MEnet paper's tables, found below one folder, and packed ones beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foveate.errors import DatasetError, printable
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.layouts import get_layout, open_layout
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.sets import PictureSet

MaskSet = PictureSet[AttentionPicture]


@dataclass(frozen=True)
class Place:
    """A layout that gives a set of the paper: the part measured, the folders it may lie in."""

    layout: str
    part: str | None
    folders: tuple[str, ...]


PLACES: dict[str, tuple[Place, ...]] = {
    "DUT-O": (Place("dut-omron", None, ("DUT-OMRON", "DUT-O", "DUT-OMRON-image")),),
    "HKU-IS": (Place("hku-is", "test", ("HKU-IS",)),),
    "ECSSD": (Place("ecssd", None, ("ECSSD",)),),
    "MSRA1K": (
        Place("msra-1k", None, ("MSRA1K", "MSRA-1K", "ASD")),
        Place("msra10k", "test", ("MSRA10K", "MSRA10K_Imgs_GT")),
    ),
    "SOD": (Place("sod", None, ("SOD",)),),
    "DUTS": (Place("duts", "test", ("DUTS",)),),
}
"""By the paper's names, in its order; DUTS is not in the paper."""


def sets_below(root: Path) -> dict[str, MaskSet]:
    """The sets that lie in folders of their own below `root`, by the paper's names.

    Raises:
        DatasetError: none of them is there, or one is not laid out as it was published.
    """
    found: dict[str, MaskSet] = {}
    for name, places in PLACES.items():
        for place in places:
            folder = next(
                (root / inner for inner in place.folders if (root / inner).is_dir()), None
            )
            if folder is not None:
                found[name] = _masks(open_layout(place.layout, folder, place.part), folder)
                break
    if not found:
        looked = ", ".join(place.folders[0] for places in PLACES.values() for place in places)
        raise DatasetError(f"{printable(root)}: looked for folders {looked}, and found none")
    return found


def packed_set(folder: Path, part: str) -> dict[str, MaskSet]:
    """A part of a set of shards, under its folder's name and the part's."""
    return {f"{folder.resolve().name} {part}": _masks(open_shards(folder, part), folder)}


def own_split(name: str) -> bool:
    """Whether a set's measured part is dealt by a rule of our own."""
    return any(place.part in get_layout(place.layout).split for place in PLACES.get(name, ()))


def _masks(opened: object, folder: Path) -> MaskSet:
    """A set of AttentionPicture; DatasetError where the set holds labels instead."""
    assert isinstance(opened, PictureSet)
    first = next(iter(opened), None)
    if not isinstance(first, AttentionPicture) or first.mask is None:
        raise DatasetError(f"{printable(folder)} holds no masks of objects")
    return opened
