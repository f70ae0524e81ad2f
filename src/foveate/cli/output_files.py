"""Plans where results are written, and refuses places that cannot or must not be written to."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from foveate.cli.input_files import Input
from foveate.errors import OptionError, OutputError, printable


def planned_outputs(
    inputs: Sequence[Input],
    output: str | None,
    *,
    suffix: str,
    kinds: tuple[str, ...],
    several: bool,
    keep_names: bool = False,
    others: str = "",
) -> list[Path]:
    """The path of each input's result.

    Without `output` a result lies beside its input and is called NAME + `suffix`. `output` is a
    folder for such results or the one result's file, as `folder_of` says; the pictures of a named
    folder keep their places in it. `several` tells whether there can be several results. With
    `keep_names` a result in a folder is called as its picture is, with the first of `kinds` in the
    place of other suffixes. `others` tells which names would do if other options were given.

    Raises:
        OptionError: a file's name ends in none of `kinds` or is to take several results, or the
            folder is a file.
    """
    if output is None:
        return [item.called.parent / (item.called.stem + suffix) for item in inputs]
    folder = folder_of(output)
    if folder is None:
        if Path(output).suffix.lower() not in kinds:
            raise OptionError(
                f"-o {printable(output)}: end a file's name in {' or '.join(kinds)}"
                f"{f' ({others})' if others else ''}, a folder's in /"
            )
        if several:
            raise OptionError(
                f"-o {printable(output)}: is a file's name, and several results need a folder; "
                "end its name in /"
            )
        return [Path(output)]
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"-o {printable(folder)}: several results need a folder; this is a file")
    return [
        folder
        / item.inside
        / (_kept_name(item.called, kinds) if keep_names else item.called.stem + suffix)
        for item in inputs
    ]


def folder_of(output: str | None) -> Path | None:
    """The folder for results that a typed output is; None where it is the one result's file.

    A name without an ending, or with a slash at the end, is a folder's, as is that of a folder
    which is there already. Raises OptionError for an empty name.
    """
    if output is None:
        return None
    if not output:
        raise OptionError("-o has an empty name; give a file's or a folder's")
    path = Path(output)
    is_folder = output.endswith(("/", os.sep)) or path.is_dir() or not path.suffix
    return path if is_folder else None


def _kept_name(path: Path, kinds: tuple[str, ...]) -> str:
    return path.name if path.suffix.lower() in kinds else path.stem + kinds[0]


def without_clashes(
    inputs: Sequence[Input], targets: Sequence[Path], *, suffix: str, may_replace: bool = False
) -> list[Input]:
    """The inputs, where those whose results would get in each other's way have an error.

    Results of one path, and a result in the place of another input, fail alone; the message
    proposes a name that ends in `suffix`. may_replace: a result may have its own picture's path.
    """
    places: dict[str, list[Input]] = {}
    sources = {os.path.realpath(item.path): item for item in inputs}
    for item, target in zip(inputs, targets, strict=True):
        places.setdefault(os.path.realpath(target), []).append(item)
    checked = []
    for item, target in zip(inputs, targets, strict=True):
        place = os.path.realpath(target)
        other = next((one for one in places[place] if one is not item), None)
        proposal = f"-o {printable(target.with_name(item.path.name + suffix))}"
        why = None
        if other is not None:
            why = (
                f"{printable(other.path)} would be written to {printable(target)} too; "
                f"give it alone, with {proposal}"
            )
        elif place in sources and sources[place] is not item:
            why = f"{printable(target)} is another of the inputs; give it alone, with {proposal}"
        elif place in sources and not may_replace:
            why = "its result would take its place; give another folder, or --in-place"
        if why is None or item.error is not None:
            checked.append(item)
        else:
            error = OutputError(f"{printable(item.path)}: {why}")
            checked.append(dataclasses.replace(item, error=error))
    return checked


def where_written(results: Sequence[tuple[Path, Sequence[Path]]], names: str) -> str:
    """A line that says where results are: each picture's path comes with those of its results.

    `names` stands for the results' names where there are several pictures.
    """
    _, outputs = results[0]
    if len(results) == 1:
        return f"Written: {', '.join(printable(output) for output in outputs)}"
    if all(outputs[0] == source for source, outputs in results):
        return f"Written: {len(results)} pictures, in their places"
    beside = all(outputs[0].parent == source.parent for source, outputs in results)
    parents = [str(outputs[0].parent) for _, outputs in results]
    place = "beside them" if beside else f"in {printable(os.path.commonpath(parents) or '.')}"
    return f"Written: {names} for {len(results)} pictures, {place}"


def make_folder(folder: Path) -> None:
    """Makes a folder for results unless it exists. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{printable(folder)}: cannot be made: {reason}; choose another place"
        ) from error


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raises OutputError, before any work is done, where a file would be replaced unasked."""
    if not overwrite and os.path.lexists(target):
        raise OutputError(f"{printable(target)}: exists already; use --overwrite to replace it")


def refuse_unwritable(target: Path) -> None:
    """Raises OutputError, before any work is done, where a new file could not be created."""
    folder = next(place for place in target.absolute().parents if os.path.lexists(place))
    if not folder.is_dir():
        raise OutputError(
            f"{printable(target)}: {printable(folder)} is not a folder; write elsewhere"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{printable(target)}: no permission to write into {printable(folder)}; write elsewhere"
        )
