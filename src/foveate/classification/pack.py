"""A pack: labelled pictures with their saliency maps, as packing.py wrote them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.errors import DatasetError, printable

MANIFEST = "manifest.json"
STORED_SIDES = {128: 144, 227: 256}
"""Side that networks see -> side that is stored (the thesis' section 3.2)."""


@dataclass(frozen=True)
class Pack:
    """What a pack's manifest states.

    side: of what networks see. stored_side: of what is stored. mean: of red, green, blue and map,
    in [0, 1], over the train part.
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
    """The pack in a folder. Raises DatasetError where it holds none, or one cut short."""
    path = folder / MANIFEST
    where = printable(folder)
    if not path.is_file():
        raise DatasetError(f"{where} holds no pack: make one with 'foveate classify pack -o'")
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
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
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{printable(path)} is no pack's: make one with 'foveate classify pack -o'"
        ) from error
    missing = [name for name in pack.shards if not (folder / name).is_file()]
    if missing:
        raise DatasetError(f"{where} lacks {missing[0]}, which its manifest lists: pack it again")
    return pack
