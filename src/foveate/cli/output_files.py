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
) -> list[Path]:
    """The path of each input's result.

    Without `output` a result lies beside its input and is called NAME + `suffix`. `output` means a
    folder for such results where it is an existing folder, ends in a slash, or `several` inputs
    were named; the pictures of a named folder keep their places in it. Otherwise `output` is the
    one result's file. With `keep_names` a result in a folder is called as its picture is, with the
    first of `kinds` in the place of other suffixes.

    Raises:
        OptionError: the one file's name ends in none of `kinds`, or the folder is a file.
    """
    if output is not None and not means_folder(output, several=several):
        if Path(output).suffix.lower() not in kinds:
            raise OptionError(
                f"-o {printable(output)}: end a file's name in {' or '.join(kinds)}, "
                "a folder's in /"
            )
        return [Path(output)]
    if output is None:
        return [item.path.parent / (item.path.stem + suffix) for item in inputs]
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"-o {printable(folder)}: several results need a folder; this is a file")
    return [
        folder
        / item.inside
        / (_kept_name(item.path, kinds) if keep_names else item.path.stem + suffix)
        for item in inputs
    ]


def means_folder(output: str, *, several: bool) -> bool:
    """Whether a typed output is a folder for results, and not the one result's file."""
    return several or output.endswith(("/", os.sep)) or Path(output).is_dir()


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
