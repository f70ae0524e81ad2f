"""A pack: labelled pictures with their saliency maps, as packing.py wrote them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foveate.errors import DatasetError, printable
from foveate_research.datasets.damage import dataset_text

MANIFEST = "manifest.json"
STORED_SIDES = {128: 144, 227: 256}
"""Side that networks see -> side that is stored (the thesis' section 3.2)."""

HASHED_LIMIT = 2**30
"""Bytes of a pack whose shards are compared with their hashes when it is opened: about a second."""


@dataclass(frozen=True)
class Pack:
    """What a pack's manifest states.

    side: of what networks see. stored_side: of what is stored. mean: of red, green, blue and map,
    in [0, 1], over the train part. unreadable: "KEY: why" of the pictures left out. made_of: a hash
    of each part's pictures as they were, where the manifest has it.
    """

    folder: Path
    name: str
    side: int
    stored_side: int
    counts: dict[str, int]
    classes: tuple[str, ...]
    titles: dict[str, str]
    mean: tuple[float, float, float, float]
    model: dict[str, Any]
    shards: dict[str, str]
    plan: dict[str, Any]
    unreadable: tuple[str, ...] = ()
    made_of: dict[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """One hash of all shards: whether two packs hold the same."""
        return hashlib.sha256(json.dumps(self.shards, sort_keys=True).encode()).hexdigest()

    def titled(self, name: str) -> str:
        """What people call a class."""
        return self.titles.get(name, name)

    def described(self) -> dict[str, Any]:
        """What a record says of the pack."""
        return {
            "set": self.name,
            "counts": self.counts,
            "classes": len(self.classes),
            "side": self.side,
            "model": self.model,
            "sha256": self.sha256,
        }


def open_pack(folder: Path) -> Pack:
    """The pack in a folder. Raises DatasetError where it holds none, one cut short or damaged."""
    path = folder / MANIFEST
    where = printable(folder)
    if not path.is_file():
        raise DatasetError(f"{where} holds no pack: make one with 'foveate classify pack -o'")
    try:
        stated = json.loads(dataset_text(path, "manifest of a pack"))
        red, green, blue = (float(value) for value in stated["mean"]["rgb"])
        pack = Pack(
            folder=folder,
            name=str(stated["name"]),
            side=int(stated["side"]),
            stored_side=int(stated["stored_side"]),
            counts={part: int(count) for part, count in stated["counts"].items()},
            classes=tuple(stated["classes"]),
            titles=dict(stated["titles"]),
            mean=(red, green, blue, float(stated["mean"]["map"])),
            model=dict(stated["model"]),
            shards=dict(stated["shards"]),
            plan=dict(stated["plan"]),
            unreadable=tuple(str(why) for why in stated.get("unreadable", ())),
            made_of=dict(stated.get("made_of", {})),
        )
        sizes = {str(name): int(size) for name, size in stated.get("sizes", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(
            f"{printable(path)} is no pack's: make one with 'foveate classify pack -o'"
        ) from error
    _check(pack, sizes)
    return pack


def without_key(why: str) -> str:
    """What is wrong with a picture and its file, of "KEY: why"."""
    return why.partition(": ")[2]


def _check(pack: Pack, sizes: dict[str, int]) -> None:
    """DatasetError unless all shards are there as they were written, with pictures in each part."""
    where = printable(pack.folder)
    found = {name: pack.folder / name for name in pack.shards}
    missing = [name for name, path in found.items() if not path.is_file()]
    if missing:
        raise DatasetError(f"{where} lacks {missing[0]}, which its manifest lists: pack it again")
    empty = [part for part, count in pack.counts.items() if count < 1]
    if empty:
        raise DatasetError(f"{where} holds no picture for {empty[0]}: remove it and pack again")
    strange = [
        path.name
        for part in pack.counts
        for path in sorted(pack.folder.glob(f"{part}-*.tar"))
        if path.name not in found
    ]
    if strange:
        raise DatasetError(f"{where} holds {strange[0]}, which its manifest does not list: move it")
    now = {name: path.stat().st_size for name, path in found.items()}
    hashed = sum(now.values()) <= HASHED_LIMIT
    for name, path in found.items():
        if now[name] != sizes.get(name, now[name]) or (
            hashed and _sha256(path) != pack.shards[name]
        ):
            raise DatasetError(
                f"{printable(path)} is damaged: copy it again, or remove {where} and pack again"
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
