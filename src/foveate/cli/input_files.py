"""Finds the pictures that the files and folders named on the command line stand for."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foveate.errors import FoveateError, PictureError, printable
from foveate.suffixes import OWN_SUFFIXES, PICTURE_SUFFIXES

_SHAPE = re.compile(r"\.[\d.]+x[\d.]+$")
"""What a crop's name has between its picture's and the ending: NAME.9x16.foveate.jpg."""


EMPTY_NAME = "'': is an empty name"
STREAM = "-"
"""What stands for stdin among the inputs, and for stdout as an output."""


@dataclass(frozen=True)
class Input:
    """A picture's path, or a name that leads to no picture and the error that says so.

    named: the folder that was named on the command line, where the picture was found in one.
    """

    path: Path
    error: FoveateError | None = None
    named: Path | None = None

    @property
    def called(self) -> Path:
        """The picture's path, after which its results are called."""
        return Path("stdin") if str(self.path) == STREAM else self.path

    @property
    def inside(self) -> Path:
        """The picture's folder, seen from the folder that was named."""
        return Path() if self.named is None else self.path.parent.relative_to(self.named)


def found_inputs(
    names: Sequence[str], *, recursive: bool = False, without: Sequence[Path] = ()
) -> list[Input]:
    """The named files, and in the place of each named folder the pictures that lie in it.

    A folder's pictures come in natural order, without hidden files and Foveate's own results;
    those of its folders follow where `recursive`, except for hidden folders, links to folders, and
    the folders `without`, where results go. A named result is left out where its picture is named
    too, as *.jpg does. A file that is named twice counts once.
    """
    found: dict[str, Input] = {}
    passed_over = {os.path.realpath(folder) for folder in without}
    for name in names:
        path = Path(name)
        if not name:
            inputs = [Input(path, PictureError(f"{EMPTY_NAME}; give a picture file"))]
        elif path.is_dir():
            inputs = _in_named_folder(path, passed_over, recursive=recursive)
        else:
            inputs = [named_input(path)]
        for item in inputs:
            found.setdefault(os.path.realpath(item.path), item)
    pictures = {item.path.parent / item.path.stem for item in found.values()}
    return [item for item in found.values() if not _is_result_of(item.path, pictures)]


def named_input(path: Path, named: Path | None = None) -> Input:
    """A picture's path; a link that leads nowhere has an error that tells where it should lead."""
    if not path.is_symlink() or path.exists():
        return Input(path, named=named)
    try:
        target = printable(os.readlink(path))
    except OSError:  # it is gone by now, which reading it will tell
        return Input(path, named=named)
    error = PictureError(
        f"{printable(path)}: is a link to {target}, which is not there; mend or remove the link"
    )
    return Input(path, error, named)


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


def _in_named_folder(named: Path, without: set[str], *, recursive: bool) -> list[Input]:
    found: list[Input] = []
    waiting = [named]
    holds_folders = False
    while waiting:
        folder = waiting.pop()
        try:
            paths = [folder / name for name in sorted(os.listdir(folder), key=_natural)]
        except OSError as error:
            reason = error.strerror or str(error)
            found.append(_failed(folder, f"cannot be listed: {reason}; check its permissions"))
            continue
        found += [named_input(path, named) for path in paths if _is_picture(path)]
        folders = [path for path in paths if _is_inner_folder(path, without)]
        holds_folders = holds_folders or bool(folders)
        if recursive:
            waiting += reversed(folders)
    if found:
        return found
    mend = "name another folder, or files"
    if holds_folders and not recursive:
        mend = "--recursive looks into its folders"
    return [_failed(named, f"holds no pictures; {mend}")]


def _is_inner_folder(path: Path, without: set[str]) -> bool:
    if path.name.startswith(".") or path.is_symlink() or not path.is_dir():
        return False
    return os.path.realpath(path) not in without


def _natural(name: str) -> list[tuple[int, int | str]]:
    """A key that sorts 2 before 10, and letters without regard to case."""
    parts = re.split(r"(\d+)", name.lower(), flags=re.ASCII)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _is_picture(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(OWN_SUFFIXES):
        return False
    # Reading a pipe would wait for ever. A link that leads nowhere is kept, to fail.
    return path.suffix.lower() in PICTURE_SUFFIXES and (path.is_file() or not path.exists())


def _failed(path: Path, why: str) -> Input:
    return Input(path, PictureError(f"{printable(path)}: {why}"))
