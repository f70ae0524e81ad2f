"""`foveate compress`: smaller JPEGs that stay sharp where people look."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.batch import Outcome, run
from foveate.cli.inputs import (
    found_inputs,
    make_folder,
    planned_outputs,
    refuse_existing,
)
from foveate.cli.options import checked_map, in_options
from foveate.cli.values import box, parsed, readable_bytes, readable_saving, size_bytes
from foveate.errors import OptionError, printable

if TYPE_CHECKING:
    from foveate._compress import Report

EPILOG = """
[bold]Examples[/]

foveate compress photo.png

foveate compress holiday/ -o smaller/

foveate compress photo.jpg --size 200k -o small.jpg

foveate compress *.jpg --match-quality 75 --protect 40,80,200,120

Exit code: 0 all done, 1 some files failed, 2 wrong usage.
"""


class Method(StrEnum):
    """How quality is made to differ from place to place."""

    rdo = "rdo"
    mosaic = "mosaic"


class Tune(StrEnum):
    """What counts as error."""

    fidelity = "fidelity"
    eyes = "eyes"


class Subsampling(StrEnum):
    """The chroma's resolution."""

    auto = "auto"
    full = "444"
    half = "420"


class Done:
    """A compressed picture: where it came from, where it went, its report."""

    def __init__(self, source: Path, output: Path, report: Report) -> None:
        self.source, self.output, self.report = source, output, report

    def to_dict(self) -> dict[str, Any]:
        return {**self.report.to_dict(), "source": str(self.source), "output": str(self.output)}


def compress(
    inputs: Annotated[
        list[str], typer.Argument(metavar="IN", help="Pictures, or folders of pictures.")
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|DIR",
            help="Where to write; a folder for several pictures. Default: NAME.foveate.jpg "
            "beside each picture.",
        ),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, metavar="Q", help="As good as plain JPEG at this quality. Default: 80."
        ),
    ] = None,
    match_quality: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, metavar="Q", help="As many bytes as plain JPEG takes at this quality."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(metavar="BYTES", help="At most this size: 150000, 200k, 1.5M, 200KiB."),
    ] = None,
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="Where people look: auto, none, a model of 'foveate models', or a grey picture "
            "(bright: sharp).",
        ),
    ] = "auto",
    protect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,W,H", help="Keep this box sharp, in pixels; may be given several times."
        ),
    ] = None,
    floor: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            metavar="Q",
            help="With --quality: no worse than plain JPEG at this quality elsewhere. "
            "Default: 20 below.",
        ),
    ] = None,
    tune: Annotated[
        Tune,
        typer.Option(help="What counts as error: fidelity, any; eyes, what can be seen of it."),
    ] = Tune.fidelity,
    method: Annotated[
        Method, typer.Option(help="rdo, or the mosaic of Prakash et al. (DCC 2017).")
    ] = Method.rdo,
    subsampling: Annotated[
        Subsampling, typer.Option(help="The colours' resolution: full, half, or as fits.")
    ] = Subsampling.auto,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Write baseline instead of progressive JPEG.")
    ] = False,
    strip: Annotated[
        bool, typer.Option("--strip", help="Drop EXIF, XMP and the colour profile.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Threads to use. Default: all.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a picture, and nothing else.")
    ] = False,
) -> None:
    """Write smaller JPEGs that stay sharp where people look.

    Give at most one of --quality, --match-quality and --size.
    Of a folder, the pictures directly in it are taken, but not Foveate's own results.
    """
    from foveate._compress import compress as compress_picture
    from foveate.arguments import checked_goal

    target_size = None if size is None else parsed(size_bytes, size, "--size")
    boxes = [parsed(box, text, "--protect") for text in protect or ()]
    try:
        checked_goal(quality, match_quality, target_size, floor, method=method.value)
    except OptionError as error:
        raise OptionError(in_options(str(error))) from error
    checked_map(map, "--map")
    pictures = found_inputs(inputs)
    several = len(inputs) > 1 or any(Path(name).is_dir() for name in inputs)
    targets = planned_outputs(
        pictures,
        output,
        suffix=".foveate.jpg",
        kinds=(".jpg", ".jpeg"),
        several=several,
    )

    def work(source: Path, target: Path) -> Done:
        refuse_existing(target, overwrite=overwrite)
        result = compress_picture(
            source,
            quality=quality,
            match_quality=match_quality,
            size_bytes=target_size,
            map=map,
            protect=boxes,
            floor=floor,
            tune=tune.value,
            method=method.value,
            subsampling=subsampling.value,
            progressive=not baseline,
            strip=strip,
            threads=threads,
        )
        make_folder(target.parent)
        result.save(target, overwrite=overwrite)
        return Done(source, target, result.report)

    outcome = run(pictures, targets, work, as_json=Done.to_dict if as_json else None)
    if outcome.done and not as_json:
        _show(outcome)
    raise typer.Exit(outcome.exit_code)


def _show(outcome: Outcome[Done]) -> None:
    """The table of what was done, notes, and where the results are."""
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("picture", "before", "after", "saved", "salient gain", "map")
    for done in outcome.done:
        report = done.report
        before = report.source_bytes
        rows.add_row(
            name_cell(printable(done.source)),
            "–" if before is None else readable_bytes(before),
            readable_bytes(report.bytes),
            "kept" if report.copied_source else readable_saving(before, report.bytes),
            _decibels(report.salient_gain_db),
            report.map,
        )
    reports = [done.report for done in outcome.done]
    if len(reports) > 1:
        before, after = sum(r.source_bytes or 0 for r in reports), sum(r.bytes for r in reports)
        rows.add_section()
        total = f"{len(reports)} pictures"
        saving = readable_saving(before, after)
        rows.add_row(total, readable_bytes(before), readable_bytes(after), saving, "", "")
    out.print(rows)
    for done in outcome.done:
        for note in _notes(done.report):
            out.print(f"{printable(done.source)}: {note}", style="dim", soft_wrap=True)
    out.print(_where(outcome.done), soft_wrap=True)


def _notes(report: Report) -> tuple[str, ...]:
    if report.copied_source:
        return ("could not be made smaller; the result is a copy of it",)
    return report.notes


def _where(results: list[Done]) -> str:
    if len(results) == 1:
        return f"Written: {printable(results[0].output)}"
    files = f"Written: {len(results)} files NAME.foveate.jpg"
    if all(done.output.parent == done.source.parent for done in results):
        return f"{files} beside their pictures"
    return f"{files} in {printable(results[0].output.parent)}"


def _decibels(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f} dB"
