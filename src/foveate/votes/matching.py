"""Which files are encodings of which original: files named one by one, or those of folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foveate.comparison.rows import told_apart
from foveate.errors import OptionError, PictureError, printable


@dataclass(frozen=True)
class Encodings:
    """An original's file, and the files of its encodings by the names under which votes count."""

    original: Path
    copies: dict[str, Path]


def matched_files(original: Path, copies: Sequence[Path]) -> Encodings:
    """An original's file and its copies' files, which are named without their folders if they can.

    Raises OptionError where a file is named twice.
    """
    return Encodings(original, dict(zip(_names(copies), copies, strict=True)))


def matched_folders(
    originals: Sequence[Path], folders: Sequence[Sequence[Path]]
) -> list[Encodings]:
    """The encodings of each original in every folder, each folder given by the files in it.

    An encoding has its original's name with another ending, as kodim01.jpg or kodim01.foveate.jpg
    have for kodim01.png. Votes count under the folders' names.

    Raises:
        OptionError: a folder is named twice.
        PictureError: a folder lacks an original's encoding, or has several.
    """
    places = [files[0].parent for files in folders]
    names = _names(places)
    return [
        Encodings(
            original,
            {name: _encoding(original, files) for name, files in zip(names, folders, strict=True)},
        )
        for original in originals
    ]


def _names(paths: Sequence[Path]) -> list[str]:
    names = told_apart([str(path) for path in paths])
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OptionError(f"{printable(twice)}: is named twice; name each copy once")
    return names


def _encoding(original: Path, files: Sequence[Path]) -> Path:
    stem = original.stem
    found = [path for path in files if path.stem == stem]
    found = found or [path for path in files if path.name.startswith(f"{stem}.")]
    if len(found) == 1:
        return found[0]
    folder = files[0].parent
    if not found:
        raise PictureError(
            f"{printable(folder)}: has no encoding of {printable(original)}; add "
            f"{printable(stem)}.jpg, or leave the original out"
        )
    listed = ", ".join(printable(path.name) for path in found)
    raise PictureError(
        f"{printable(folder)}: has several encodings of {printable(original)}: {listed}; keep one"
    )
