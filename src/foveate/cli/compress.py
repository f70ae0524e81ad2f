"""`foveate compress` writes smaller JPEGs that stay sharp where people look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import found_inputs
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_values import box, checked_map, in_options, parsed, size_bytes
from foveate.cli.output_files import make_folder, planned_outputs, refuse_existing, where_written
from foveate.cli.readable_numbers import readable_bytes, readable_saving
from foveate.errors import OptionError, printable
from foveate.settings import (
    DEFAULT_QUALITY,
    DEFAULTS,
    FLOOR_BELOW_QUALITY,
    QUALITIES,
    Effort,
    Metadata,
    Method,
    Settings,
    Subsampling,
    Tune,
)

if TYPE_CHECKING:
    from foveate.plain_comparison import PlainComparison
    from foveate.report import Report

EPILOG = """
[bold]Examples[/]

foveate compress photo.png

foveate compress holiday/ -o smaller/

foveate compress photo.jpg --size 200k -o small.jpg

foveate compress *.jpg --match-quality 75 --protect 40,80,200,120

The exit code is 0 when all is done, 1 when some files failed, and 2 for wrong usage.
"""


@dataclass(frozen=True)
class Done:
    """A picture that was compressed."""

    source: Path
    output: Path
    report: Report

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
            help="Where to write: a file, or a folder for several pictures. Default: "
            "NAME.foveate.jpg beside each picture.",
        ),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option(
            min=QUALITIES[0],
            max=QUALITIES[1],
            metavar="Q",
            help="Where people look, be as good as plain JPEG at this quality. "
            f"Default: {DEFAULT_QUALITY}.",
        ),
    ] = None,
    match_quality: Annotated[
        int | None,
        typer.Option(
            min=QUALITIES[0],
            max=QUALITIES[1],
            metavar="Q",
            help="Take as many bytes as plain JPEG takes at this quality.",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="BYTES", help="Take at most this many bytes: 150000, 200k, 1.5M, 200KiB."
        ),
    ] = None,
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="Where people look: auto predicts it, none ignores it; or give the name of a "
            "model ('foveate models'), or a grey picture that is bright where they look.",
        ),
    ] = DEFAULTS.map,
    protect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,W,H",
            help="Keep this box sharp. X,Y is its upper left corner, W,H its size, in pixels. "
            "Several boxes may be given.",
        ),
    ] = None,
    floor: Annotated[
        int | None,
        typer.Option(
            min=QUALITIES[0],
            max=QUALITIES[1],
            metavar="Q",
            help="With --quality: keep the background no worse than plain JPEG at this quality. "
            f"Default: {FLOOR_BELOW_QUALITY} below --quality.",
        ),
    ] = None,
    tune: Annotated[
        Tune,
        typer.Option(
            help="What counts as error: vision counts what models of the eye see in the decoded "
            "picture; fidelity counts squared error, and is faster; eyes lies between the two."
        ),
    ] = DEFAULTS.tune,
    effort: Annotated[
        Effort,
        typer.Option(
            help="With --tune vision: how often the encoder looks at the decoded picture. fast "
            "never does, default does twice, best six times."
        ),
    ] = DEFAULTS.effort,
    method: Annotated[
        Method,
        typer.Option(
            help="rdo is the weighted trellis; mosaic is the method of Prakash et al. (DCC 2017)."
        ),
    ] = DEFAULTS.method,
    subsampling: Annotated[
        Subsampling,
        typer.Option(
            help="The resolution of the colours: 444 is full, 420 is half in width and height; "
            "auto is 420 but at high qualities and for drawn pictures with coloured edges."
        ),
    ] = DEFAULTS.subsampling,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Write a baseline JPEG, not a progressive one.")
    ] = not DEFAULTS.progressive,
    metadata: Annotated[
        Metadata,
        typer.Option(
            help="Keep all metadata that a JPEG can hold, those that tell rights (copyright, "
            "creator, licence) and colours, or none."
        ),
    ] = DEFAULTS.metadata,
    strip: Annotated[bool, typer.Option("--strip", help="The same as --metadata none.")] = False,
    tolerant: Annotated[
        bool,
        typer.Option(
            "--tolerant",
            help="Take what there is of a JPEG or PNG whose end is missing, and tell how much.",
        ),
    ] = DEFAULTS.tolerant,
    threads: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Use at most this many threads. Default: all."),
    ] = DEFAULTS.threads,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist already.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object for each picture, and nothing else."),
    ] = False,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="With --json: tell how sharp plain JPEG of as many bytes is. Without --json the "
            "table always does.",
        ),
    ] = False,
) -> None:
    """Write smaller JPEGs that stay sharp where people look.

    Give at most one of --quality, --match-quality and --size.
    A folder stands for the pictures directly in it, without Foveate's own results.
    """
    from foveate._compress import compress as compress_picture

    settings = Settings(
        quality=quality,
        match_quality=match_quality,
        size_bytes=None if size is None else parsed(size_bytes, size, "--size"),
        floor=floor,
        map=map,
        protect=tuple(parsed(box, text, "--protect") for text in protect or ()),
        tune=tune,
        effort=effort,
        method=method,
        subsampling=subsampling,
        progressive=not baseline,
        metadata="none" if strip else metadata,
        tolerant=tolerant,
        threads=threads,
    )
    try:
        settings = settings.checked()
    except OptionError as error:
        raise OptionError(in_options(str(error))) from error
    checked_map(map, "--map")
    limits = limits_of(untrusted, limit)
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
            source, settings=settings, compare=compare or not as_json, limits=limits
        )
        make_folder(target.parent)
        result.save(target, overwrite=overwrite)
        return Done(source, target, result.report)

    outcome = for_each_picture(pictures, targets, work, as_json=Done.to_dict if as_json else None)
    if outcome.done and not as_json:
        _show(outcome.done)
    raise typer.Exit(outcome.exit_code)


GAIN = "Salient gain: PSNR and SSIMULACRA 2 above plain JPEG of as many bytes, where the map looks."


def _show(results: list[Done]) -> None:
    """Prints the table of results, their notes, and where they were written."""
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("picture", "before", "after", "saved", "salient gain", "map")
    for done in results:
        report = done.report
        before = report.source_bytes
        rows.add_row(
            name_cell(printable(done.source)),
            "–" if before is None else readable_bytes(before),
            readable_bytes(report.bytes),
            "kept" if report.copied_source else readable_saving(before, report.bytes),
            _gain(report.comparison),
            report.map,
        )
    reports = [done.report for done in results]
    if len(reports) > 1:
        before, after = sum(r.source_bytes or 0 for r in reports), sum(r.bytes for r in reports)
        rows.add_section()
        total = f"{len(reports)} pictures"
        saving = readable_saving(before, after)
        rows.add_row(total, readable_bytes(before), readable_bytes(after), saving, "", "")
    out.print(rows)
    if any(done.report.comparison is not None for done in results):
        out.print(GAIN, style="dim", soft_wrap=True)
    for done in results:
        for note in _notes(done.report):
            out.print(f"{printable(done.source)}: {note}", style="dim", soft_wrap=True)
    places = [(done.source, [done.output]) for done in results]
    out.print(where_written(places, "NAME.foveate.jpg"), soft_wrap=True)


def _notes(report: Report) -> tuple[str, ...]:
    if report.copied_source:
        return ("cannot be made smaller; the result is a copy of it", *report.notes)
    return report.notes


def _gain(comparison: PlainComparison | None) -> str:
    if comparison is None or comparison.salient_gain_db is None:
        return "–"
    return f"{comparison.salient_gain_db:+.1f} dB, {comparison.salient_gain_ssimulacra2:+.1f}"
