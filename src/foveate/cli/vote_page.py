"""Writes the page of `foveate compare --vote` from the files and folders named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from foveate.cli.input_files import found_inputs
from foveate.errors import OptionError, PictureError, printable
from foveate.suffixes import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from foveate.pictures import Limits
    from foveate.votes.matching import Encodings


def write_vote_page(
    original: str,
    copies: Sequence[str],
    page: Path,
    limits: Limits,
    *,
    seconds: float | None,
    seed: int | None,
    tolerant: bool,
    overwrite: bool,
) -> None:
    """Writes the page, and prints how many pairs it has and what speaks against them.

    Raises:
        OptionError: there are fewer than two copies, or files beside folders.
        PictureError: a picture cannot be read, or has no encoding.
    """
    from foveate.pictures import read_picture, write_atomically
    from foveate.votes.page import UNEQUAL, VotePage

    read = partial(read_picture, limits=limits, tolerant=tolerant)

    if len(copies) < 2:
        raise OptionError("--vote: a vote is between two copies at least; name one more")
    made = VotePage(seconds=seconds, seed=seed)
    for each in _encodings(original, copies):
        made.add(
            each.original.name,
            read(each.original),
            {name: read(path) for name, path in each.copies.items()},
        )
    write_atomically(page, made.html().encode(), overwrite=overwrite)
    print(f"Written: {printable(page)}, {made.pairs} {'pair' if made.pairs == 1 else 'pairs'}")
    if made.unequal_pairs:
        print(
            f"In {made.unequal_pairs} of {made.pairs} pairs the files differ in bytes by more than "
            f"{100 * UNEQUAL:g} %; --size and --match-quality make files of equal bytes"
        )
    if made.reduced:
        print(f"Shown reduced, since they are too large: {', '.join(map(printable, made.reduced))}")


def _encodings(original: str, copies: Sequence[str]) -> list[Encodings]:
    from foveate.votes.matching import matched_files, matched_folders

    for name in (original, *copies):
        if not os.path.exists(name):
            raise PictureError(f"{printable(name)}: no such file or folder; check the name")
    are_folders = {os.path.isdir(name) for name in (original, *copies)}
    if are_folders == {False}:
        return [matched_files(Path(original), [Path(name) for name in copies])]
    if are_folders != {True}:
        raise OptionError(
            "--vote: some of these are folders and some are files; name folders only, or files only"
        )
    inputs = found_inputs([original])
    for item in inputs:
        if item.error is not None:
            raise item.error
    return matched_folders([item.path for item in inputs], [_files(Path(each)) for each in copies])


def _files(folder: Path) -> list[Path]:
    """A folder's pictures, Foveate's own results among them."""
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(
            f"{printable(folder)}: cannot be listed: {reason}; check its permissions"
        ) from error
    kept = [p for p in found if p.suffix.lower() in PICTURE_SUFFIXES and p.name[0] != "."]
    if not kept:
        raise PictureError(f"{printable(folder)}: holds no pictures; name another folder")
    return kept
