"""`foveate compress` writes smaller files that stay sharp where people look."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.completion import maps
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_values import box, checked_map, parsed, percentage, size_bytes
from foveate.cli.picture_options import (
    KINDS_OF_FILES,
    WHERE,
    Accept,
    AsJson,
    Background,
    ChromaSubsampling,
    Efforts,
    FileFormat,
    KeptMetadata,
    MatchQuality,
    Overwrite,
    Pictures,
    Quality,
    Recursive,
    Strip,
    Threads,
    Tolerant,
    TuneFor,
    metadata_of,
)
from foveate.errors import OptionError, printable
from foveate.settings import (
    DEFAULTS,
    FLOOR_BELOW_QUALITY,
    QUALITIES,
    Method,
    Settings,
)

if TYPE_CHECKING:
    from foveate.cli.batch.task import Task

EPILOG = """
[bold]Examples[/]

foveate compress photo.png

foveate compress holiday/ -r -o smaller/

foveate compress holiday/ --in-place --backup originals/

foveate compress photo.jpg --size 200k -o small.jpg

curl https://example.com/photo.png | foveate compress - > photo.jpg

foveate compress *.jpg --match-quality 75 --protect 40,80,200,120

foveate compress *.jpg --lossless

foveate compress photo.png --format avif

The exit code is 0 when all is done, 1 when some files failed, and 2 for wrong usage.
"""


def compress(
    inputs: Pictures,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|DIR",
            help=f"Where to write: {WHERE.format(kinds=KINDS_OF_FILES)}; - writes to "
            "stdout. In a folder results are called as their pictures are. Default: "
            "NAME.foveate.jpg, or with the ending of --format, beside each picture.",
        ),
    ] = None,
    recursive: Recursive = False,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place",
            help="Let each JPEG's result take its place, with its mode, times and extended "
            "attributes. Other pictures are left.",
        ),
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --in-place: keep the originals in this folder."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="With --in-place: change nothing, tell which JPEGs can be smaller, and end with "
            "exit code 1 where there are some.",
        ),
    ] = False,
    quality: Quality = None,
    match_quality: MatchQuality = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="BYTES",
            help="Take at most this many bytes, metadata included: 150000, 200k, 1.5M, 200KiB.",
        ),
    ] = None,
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=maps,
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
    tune: TuneFor = DEFAULTS.tune,
    effort: Efforts = DEFAULTS.effort,
    method: Annotated[
        Method,
        typer.Option(
            help="rdo is the weighted trellis; mosaic is the method of Prakash et al. (DCC 2017)."
        ),
    ] = DEFAULTS.method,
    file_format: FileFormat = None,
    accept: Accept = DEFAULTS.accept,
    subsampling: ChromaSubsampling = DEFAULTS.subsampling,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Write a baseline JPEG, not a progressive one.")
    ] = not DEFAULTS.progressive,
    lossless: Annotated[
        bool,
        typer.Option(
            "--lossless",
            help="Keep the picture of a JPEG file as it is, coefficient by coefficient, and only "
            "code it in fewer bytes.",
        ),
    ] = DEFAULTS.lossless,
    metadata: KeptMetadata = None,
    strip: Strip = False,
    tolerant: Tolerant = DEFAULTS.tolerant,
    background: Background = DEFAULTS.background,
    threads: Threads = DEFAULTS.threads,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Do N pictures at a time, each with its share of the threads. Default: one for "
            "every eight pictures, as far as threads, memory and file handles allow.",
        ),
    ] = None,
    min_saving: Annotated[
        str | None,
        typer.Option(
            metavar="P%",
            help="Leave a picture as it is unless its result is smaller by this much. A JPEG is "
            "then copied to where its result would go.",
        ),
    ] = None,
    allow_larger: Annotated[
        bool,
        typer.Option(
            "--allow-larger",
            help="Also write results of one-bit pictures and pictures with a palette that are "
            "larger than these. Otherwise such pictures are left.",
        ),
    ] = False,
    keep_times: Annotated[
        bool,
        typer.Option(
            "--keep-times/--no-keep-times", help="Give each result the dates of its picture."
        ),
    ] = True,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Append a JSON object for each picture, and one for all of them, to this file.",
        ),
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="With --json: tell how sharp plain JPEG of as many bytes is. Without --json the "
            "table always does.",
        ),
    ] = False,
) -> None:
    """Write smaller files, JPEG by default, that stay sharp where people look.

    Give at most one of --quality, --match-quality, --size and --lossless.
    A folder stands for the pictures directly in it, without Foveate's own results. What an earlier
    call did with the same settings is not done again.
    """
    from foveate.cli.batch.plan import Places, planned
    from foveate.cli.batch.run import run_batch
    from foveate.cli.batch.summary import show
    from foveate.cli.batch.task import Asked
    from foveate.coders.names import format_named

    chosen = file_format or format_named(output)
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
        format=chosen,
        accept=accept,
        subsampling=subsampling,
        progressive=not baseline,
        lossless=lossless,
        metadata=metadata_of(metadata, strip=strip),
        tolerant=tolerant,
        background=background,
        threads=threads,
    )
    settings = settings.checked()
    checked_map(map, "--map")
    places = Places(
        inputs,
        output,
        recursive=recursive,
        in_place=in_place,
        backup=backup,
        check_only=check,
        as_json=as_json,
        format=chosen,
    )
    pictures, tasks = planned(places)
    asked = Asked(
        settings,
        in_place=in_place,
        backup=backup,
        overwrite=overwrite,
        keep_times=keep_times,
        min_saving=0.0 if min_saving is None else parsed(percentage, min_saving, "--min-saving"),
        allow_larger=allow_larger,
        limits=limits_of(untrusted, limit),
        compare=compare or not (as_json or places.to_stdout or check),
        check=check,
    )
    _check_log(log, tasks)
    outcome = run_batch(pictures, tasks, asked, jobs=jobs, as_json=as_json, log=log)
    if not (as_json or places.to_stdout):
        show(outcome, places.names)
    raise typer.Exit(outcome.exit_code)


def _check_log(log: Path | None, tasks: Sequence[Task]) -> None:
    """Raises OptionError where the log would be written into a picture or a result."""
    if log is None:
        return
    taken = {os.path.realpath(path) for task in tasks for path in (task.source, task.target)}
    if os.path.realpath(log) in taken:
        raise OptionError(
            f"--log {printable(log)}: is one of the pictures or results; give another file"
        )
