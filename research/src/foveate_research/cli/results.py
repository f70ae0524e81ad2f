"""What a command shows while it works, and where its results go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from foveate.cli.json_lines import print_json
from foveate.cli.output_files import make_folder, refuse_existing, refuse_unwritable
from foveate.errors import OutputError, printable

Stem = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="STEM", help="Figure's name without .png and .svg."),
]


AsJson = Annotated[
    bool, typer.Option("--json", help="Print the record as one JSON object, and nothing else.")
]


@dataclass(frozen=True)
class Results:
    """Where a command's results go: stdout, and a file if one is named."""

    PANEL: ClassVar[str] = "Results"

    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the record as JSON too.")
    ] = None
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there.")
    ] = False
    as_json: AsJson = False

    def refuse(self, stem: Path | None = None) -> None:
        """Raises OutputError before any work is done where a file is in the way, or cannot be."""
        for path in (self.save, *_figures(stem)):
            if path is not None:
                refuse_existing(path, overwrite=self.overwrite)
                refuse_unwritable(path)

    def publish(
        self,
        record: dict[str, Any],
        show: Callable[[dict[str, Any]], None],
        figure: Any = None,
        stem: Path | None = None,
    ) -> None:
        """Writes the record where asked to, and the figure to the files of the stem, then prints.

        Raises OutputError, but not before what was measured is printed.
        """
        from foveate_research.records import finite

        written: list[Path] = []
        failure: OutputError | None = None
        try:
            record = self._write(record, figure, stem, written)
        except OutputError as error:
            failure = error
        if self.as_json:
            print_json(finite(record))
        else:
            show(record)
            for path in written:
                typer.echo(f"written: {printable(path)}")
        if failure is not None:
            raise failure

    def _write(
        self, record: dict[str, Any], figure: Any, stem: Path | None, written: list[Path]
    ) -> dict[str, Any]:
        """The record with the figure's files named in it; `written` grows by what was written."""
        from foveate_research.records import save_record

        if stem is not None and figure is not None:
            from foveate_research.papers.figures import save_figure

            make_folder(stem.parent)
            written += save_figure(figure, stem, overwrite=self.overwrite)
            record = {**record, "files": [path.name for path in written]}
        if self.save is not None:
            make_folder(self.save.parent)
            save_record(record, self.save, overwrite=self.overwrite)
            written.append(self.save)
        return record


def _figures(stem: Path | None) -> list[Path]:
    return [] if stem is None else [stem.with_name(stem.name + end) for end in (".png", ".svg")]


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[str], None]]:
    """Gives a function to call with each picture's key: a bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from foveate.cli.terminal import progress_bar

    with progress_bar(total or 1) as advance:
        yield lambda key: advance(printable(key))
