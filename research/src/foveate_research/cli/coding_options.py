"""What the commands that measure coders share: their options, their set, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.batch import print_json
from foveate.cli.inputs import make_folder, refuse_existing, refuse_unwritable
from foveate.cli.options import checked_map
from foveate.errors import OptionError, OutputError, printable

if TYPE_CHECKING:
    from foveate_research.coders.scenes import SceneFiles
    from foveate_research.coders.study import Study

Images = Annotated[Path, typer.Option("--images", metavar="DIR", help="Folder of the pictures.")]
Fixations = Annotated[
    list[Path] | None,
    typer.Option(
        "--fixations",
        metavar="DIR",
        help="Where people looked: points or density maps by the pictures' stems; may be repeated.",
    ),
]
Masks = Annotated[
    Path | None,
    typer.Option("--masks", metavar="DIR", help="Masks of the objects by the pictures' stems."),
]
Quality = Annotated[
    int, typer.Option("--quality", metavar="Q", help="Plain JPEG's, whose bytes all are given.")
]
MapName = Annotated[
    str, typer.Option("--map", metavar="NAME", help="The map that steers, and marks PSNR-S.")
]
CodecNames = Annotated[
    list[str] | None,
    typer.Option(
        "--codecs", metavar="NAME,...", help="Which coders, beside plain JPEG; may be repeated."
    ),
]
Count = Annotated[
    int | None,
    typer.Option("--count", "--limit", metavar="N", help="Only the first N pictures."),
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", help="Pictures at a time, a process each.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Write the record as JSON too.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
Stem = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="STEM", help="Figure's name without .png and .svg."),
]


@dataclass(frozen=True)
class Results:
    """Where a command's results go: stdout, and files if any are named."""

    as_json: bool
    save: Path | None
    overwrite: bool
    figure: Path | None = None  # the stem

    def refuse(self) -> None:
        """Raises OutputError before any work is done where a file is in the way, or cannot be."""
        for path in (self.save, *self._figures()):
            if path is not None:
                refuse_existing(path, overwrite=self.overwrite)
                refuse_unwritable(path)

    def _figures(self) -> list[Path]:
        if self.figure is None:
            return []
        return [self.figure.with_name(self.figure.name + kind) for kind in (".png", ".svg")]

    def publish(
        self, record: dict[str, Any], show: Callable[[dict[str, Any]], None], figure: Any = None
    ) -> None:
        """Writes the record and the figure where asked to, then prints.

        Raises OutputError, but not before what was measured is printed.
        """
        from foveate_research.records import finite

        written: list[Path] = []
        failure: OutputError | None = None
        try:
            record = self._write(record, figure, written)
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

    def _write(self, record: dict[str, Any], figure: Any, written: list[Path]) -> dict[str, Any]:
        """The record with the figure's files named in it; `written` grows by what was written."""
        from foveate_research.records import save_record

        if self.figure is not None and figure is not None:
            from foveate_research.papers.figures import save_figure

            make_folder(self.figure.parent)
            written += save_figure(figure, self.figure, overwrite=self.overwrite)
            record = {**record, "files": [path.name for path in written]}
        if self.save is not None:
            make_folder(self.save.parent)
            save_record(record, self.save, overwrite=self.overwrite)
            written.append(self.save)
        return record


def checked_quality(quality: int, option: str = "--quality") -> int:
    """A usage error unless it lies in 1 to 100."""
    if not 1 <= quality <= 100:
        raise OptionError(f"{option} {quality}: must lie in 1 to 100")
    return quality


def _names(codecs: Sequence[str] | None, *, viewers: bool) -> list[str]:
    """The coders asked for; none asks for all that can run. Raises OptionError."""
    from foveate_research.coders.codecs import CODECS

    if codecs is None:
        return []
    names = [name for given in codecs for name in given.split(",") if name]
    if not names:
        raise OptionError(f"--codecs {','.join(codecs)}: name one at least")
    for name in names:
        if name in CODECS and CODECS[name].viewers and not viewers:
            raise OptionError(f"--codecs {name}: needs --fixations")
    return names


@contextmanager
def study(
    images: Path,
    files: Sequence[SceneFiles],
    *,
    model: str,
    codecs: Sequence[str] | None = None,
    workers: int = 1,
) -> Iterator[Study]:
    """The set as experiments take it, with a bar on a terminal."""
    from foveate_research.cli.score_tables import progress
    from foveate_research.coders.study import Study

    checked_map(model, "--map", files=False)
    if workers < 1:
        raise OptionError("--workers must be at least 1")
    names = _names(codecs, viewers=any(scene.fixations is not None for scene in files))
    with progress(len(files)) as tick:
        yield Study(images, files, model=model, codecs=names, workers=workers, tick=tick)
