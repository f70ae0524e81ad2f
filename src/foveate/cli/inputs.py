"""Which pictures the named files and folders mean, and where each result goes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foveate.errors import OptionError, OutputError, PictureError, printable

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".avif", ".jp2", ".ppm", ".pgm", ".pnm", ".qoi"}
)
OWN_SUFFIXES = (".foveate.jpg", ".map.png", ".overlay.jpg")


@dataclass(frozen=True)
class Input:
    """A picture's path; `error` where the name that was given leads to none."""

    path: Path
    error: PictureError | None = None


def found_inputs(names: Sequence[str]) -> list[Input]:
    """The files named, and the pictures that lie directly in the folders named, in order of name.

    In folders, hidden files and Foveate's own results are left out; of the files named, a result
    is left out when its picture is named too (as *.jpg does). A file named twice counts once.
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
        path.name.endswith(suffix) and path.with_name(path.name.removesuffix(suffix)) in pictures
        for suffix in OWN_SUFFIXES
        if path.name != suffix
    )


def _in_folder(folder: Path) -> list[Input]:
    try:
        names = sorted(os.listdir(folder), key=_natural)
    except OSError as error:
        reason = error.strerror or str(error)
        return [_failed(folder, f"cannot be listed: {reason}; check its permissions")]
    pictures = [Input(folder / name) for name in names if _is_picture(folder / name)]
    return pictures or [_failed(folder, "holds no pictures; name another folder, or files")]


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Sorts 2 before 10, and letters without regard to case."""
    parts = re.split(r"(\d+)", name.lower(), flags=re.ASCII)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _is_picture(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(OWN_SUFFIXES):
        return False
    # A pipe would be waited for; a link that leads nowhere is told of as a missing file.
    return path.suffix.lower() in PICTURE_SUFFIXES and (path.is_file() or not path.exists())


def _failed(path: Path, why: str) -> Input:
    return Input(path, PictureError(f"{printable(path)}: {why}"))


def planned_outputs(
    inputs: Sequence[Input],
    output: str | None,
    *,
    suffix: str,
    kinds: tuple[str, ...],
    several: bool,
) -> list[Path]:
    """Where the result of each input goes: NAME + suffix beside it, in a folder, or one file.

    `output` is a folder where it exists as one, ends in a slash, or `several` inputs were named;
    else the one file, which must end in one of `kinds`. Raises OptionError where it does not, and
    where two results would have one name or a result the name of another input.
    """
    if output is not None and not (several or _means_folder(output)):
        if Path(output).suffix.lower() not in kinds:
            raise OptionError(
                f"-o {printable(output)}: end a file's name in {' or '.join(kinds)}, "
                "a folder's in /"
            )
        return [Path(output)]
    folder = None if output is None else Path(output)
    if folder is not None and folder.exists() and not folder.is_dir():
        raise OptionError(f"-o {printable(folder)}: several results need a folder; this is a file")
    targets = [(folder or item.path.parent) / (item.path.stem + suffix) for item in inputs]
    _check_names(inputs, targets)
    return targets


def _means_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _check_names(inputs: Sequence[Input], targets: Sequence[Path]) -> None:
    sources = {os.path.realpath(item.path): item.path for item in inputs}
    taken: dict[str, Path] = {}
    for item, target in zip(inputs, targets, strict=True):
        place = os.path.realpath(target)
        other = taken.setdefault(place, item.path)
        if other is not item.path:
            raise OptionError(
                f"{printable(other)} and {printable(item.path)} would both be written to "
                f"{printable(target)}; give one of them in a call of its own, with -o"
            )
        if place in sources and sources[place] is not item.path:
            raise OptionError(
                f"{printable(target)} is both an input and the result of {printable(item.path)}; "
                "leave it out of the inputs or choose another place"
            )


def make_folder(folder: Path) -> None:
    """Makes a folder for results where there is none. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{printable(folder)}: cannot be made: {reason}; choose another place"
        ) from error


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raises OutputError before any work is done where a file is in the way."""
    if not overwrite and os.path.lexists(target):
        raise OutputError(f"{printable(target)}: exists already; use --overwrite to replace it")


def refuse_unwritable(target: Path) -> None:
    """Raises OutputError before any work is done where a new file could not be put."""
    folder = next(place for place in target.absolute().parents if os.path.lexists(place))
    if not folder.is_dir():
        raise OutputError(f"{printable(target)}: {printable(folder)} is no folder; write elsewhere")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{printable(target)}: no permission to write into {printable(folder)}; write elsewhere"
        )
