"""Plans a batch: which pictures it takes, where each result goes, and what remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foveate.cli.batch.task import Task
from foveate.cli.input_files import STREAM, Input, found_inputs
from foveate.cli.output_files import folder_of, planned_outputs, without_clashes
from foveate.cli.streams import check_stdout, goes_to_stdout
from foveate.coders.names import CHOSEN_LATER, KINDS, endings_of_others
from foveate.errors import OptionError, printable
from foveate.settings import DEFAULTS, Format


@dataclass(frozen=True)
class Places:
    """The files and folders that were typed: where pictures come from, and where results go."""

    inputs: Sequence[str]
    output: str | None = None
    recursive: bool = False
    in_place: bool = False
    backup: Path | None = None
    check_only: bool = False
    as_json: bool = False
    format: Format = DEFAULTS.format

    @property
    def kinds(self) -> tuple[str, ...]:
        """How the names of results may end, the usual ending first."""
        return KINDS[self.format]

    @property
    def suffix(self) -> str:
        """How the names of results beside their pictures end."""
        return f".foveate{self.kinds[0]}"

    @property
    def several(self) -> bool:
        """Whether there can be several pictures."""
        return len(self.inputs) > 1 or any(name and Path(name).is_dir() for name in self.inputs)

    @property
    def to_stdout(self) -> bool:
        """Whether the result goes to stdout."""
        return goes_to_stdout(self.inputs, self.output)

    @property
    def folder(self) -> Path | None:
        """The folder of results that was typed."""
        return None if self.to_stdout else folder_of(self.output)

    @property
    def names(self) -> str:
        """What results are called in general."""
        name = f"NAME{self.suffix if self.folder is None else self.kinds[0]}"
        return name.removesuffix(CHOSEN_LATER) + ".*" if self.format == "auto" else name

    def check(self) -> None:
        """Raises OptionError where two of them contradict each other."""
        if self.in_place and self.output is not None:
            raise OptionError("--in-place and -o contradict each other; give one of them")
        if self.check_only and not self.in_place:
            raise OptionError("--check goes with --in-place; it tells what that would change")
        if self.backup is not None and not self.in_place:
            raise OptionError("--backup goes with --in-place; without it originals stay")
        if self.in_place and self.format != "jpeg":
            raise OptionError("--in-place replaces JPEGs by JPEGs; leave --format out")
        if self.in_place and STREAM in self.inputs:
            raise OptionError("--in-place needs files; - is stdin")
        if self.format == "auto" and self.output and not (self.to_stdout or self.folder):
            raise OptionError(
                f"-o {printable(self.output)}: --format auto chooses the ending; give -o DIR/"
            )
        if self.to_stdout:
            check_stdout(several=self.several, as_json=self.as_json)


def planned(places: Places) -> tuple[list[Input], list[Task]]:
    """The pictures, and for each of them its task. Raises OptionError for wrong usage."""
    places.check()
    apart = [folder for folder in (places.folder, places.backup) if folder is not None]
    folders: list[Path | None]
    inputs = found_inputs(places.inputs, recursive=places.recursive, without=apart)
    if places.to_stdout:
        return inputs, [Task(item.path, Path(STREAM), typed=True) for item in inputs]
    if places.in_place:
        targets = [item.path for item in inputs]
        inputs = without_clashes(inputs, targets, suffix=places.suffix, may_replace=True)
        folders = [item.named or item.path.parent for item in inputs]
    else:
        targets = planned_outputs(
            inputs,
            places.output,
            suffix=places.suffix,
            kinds=places.kinds,
            several=places.several,
            keep_names=True,
            others=endings_of_others(places.format),
        )
        typed = places.output is not None and places.folder is None
        inputs = without_clashes(inputs, targets, suffix=places.suffix, may_replace=typed)
        folders = [places.folder or item.named for item in inputs]
    return inputs, [
        Task(
            item.path,
            target,
            typed=places.output is not None and places.folder is None,
            folder=folder,
            inside=item.inside,
            found=item.named is not None,
        )
        for item, target, folder in zip(inputs, targets, folders, strict=True)
    ]
