"""Plans where results are written, and refuses places that cannot or must not be written to."""

from __future__ import annotations

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
) -> list[Path]:
    """The path of each input's result.

    Without `output` a result lies beside its input and is called NAME + `suffix`. `output` means a
    folder for such results where it is an existing folder, ends in a slash, or `several` inputs
    were named. Otherwise `output` is the one result's file.

    Raises:
        OptionError: the one file's name ends in none of `kinds`, two results would have the same
            path, or a result would have the path of another input.
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


def where_written(results: Sequence[tuple[Path, Sequence[Path]]], names: str) -> str:
    """A line that says where results are: each picture's path comes with those of its results.

    `names` stands for the results' names where there are several pictures.
    """
    _, outputs = results[0]
    if len(results) == 1:
        return f"Written: {', '.join(printable(output) for output in outputs)}"
    beside = all(outputs[0].parent == source.parent for source, outputs in results)
    place = "beside them" if beside else f"in {printable(outputs[0].parent)}"
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
