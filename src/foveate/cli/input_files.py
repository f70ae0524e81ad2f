"""Finds the pictures that the files and folders named on the command line stand for."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foveate.errors import PictureError, printable

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".avif", ".jp2", ".ppm", ".pgm", ".pnm", ".qoi", ".heic", ".heif", ".jxl"}
)
OWN_SUFFIXES = (".foveate.jpg", ".map.png", ".overlay.jpg")
"""The endings of the names that Foveate gives its results."""
_SHAPE = re.compile(r"\.[\d.]+x[\d.]+$")
"""What a crop's name has between its picture's and the ending: NAME.9x16.foveate.jpg."""


@dataclass(frozen=True)
class Input:
    """A picture's path, or a name that leads to no picture and the error that says so."""

    path: Path
    error: PictureError | None = None


def found_inputs(names: Sequence[str]) -> list[Input]:
    """The named files, and in the place of each named folder the pictures that lie directly in it.

    A folder's pictures come in natural order, without hidden files and Foveate's own results. A
    named result is left out where its picture is named too, as *.jpg does. A file that is named
    twice counts once.
    """
    found: dict[str, Input] = {}
    for name in names:
        path = Path(name)
        if not name:
            inputs = [Input(path, PictureError("'': is an empty name; give a picture file"))]
        else:
            inputs = _in_folder(path) if path.is_dir() else [Input(path)]
        for item in inputs:
            found.setdefault(os.path.realpath(item.path), item)
    pictures = {item.path.parent / item.path.stem for item in found.values()}
    return [item for item in found.values() if not _is_result_of(item.path, pictures)]


def _is_result_of(path: Path, pictures: set[Path]) -> bool:
    return any(
        path.name.endswith(suffix)
        and any(path.with_name(stem) in pictures for stem in _stems(path.name.removesuffix(suffix)))
        for suffix in OWN_SUFFIXES
        if path.name != suffix
    )


def _stems(name: str) -> set[str]:
    """What a result's picture may be called: the name, and the name without a crop's shape."""
    return {name, _SHAPE.sub("", name)} - {""}


def _in_folder(folder: Path) -> list[Input]:
    try:
        names = sorted(os.listdir(folder), key=_natural)
    except OSError as error:
        reason = error.strerror or str(error)
        return [_failed(folder, f"cannot be listed: {reason}; check its permissions")]
    pictures = [Input(folder / name) for name in names if _is_picture(folder / name)]
    return pictures or [_failed(folder, "holds no pictures; name another folder, or files")]


def _natural(name: str) -> list[tuple[int, int | str]]:
    """A key that sorts 2 before 10, and letters without regard to case."""
    parts = re.split(r"(\d+)", name.lower(), flags=re.ASCII)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _is_picture(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(OWN_SUFFIXES):
        return False
    # Reading a pipe would wait for ever. A link that leads nowhere is kept, to fail as missing.
    return path.suffix.lower() in PICTURE_SUFFIXES and (path.is_file() or not path.exists())


def _failed(path: Path, why: str) -> Input:
    return Input(path, PictureError(f"{printable(path)}: {why}"))
