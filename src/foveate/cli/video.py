"""`foveate video` writes a smaller video that stays sharp where people look."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli import stopping
from foveate.cli.completion import model_names
from foveate.cli.json_lines import print_json
from foveate.cli.limit_options import limit_values
from foveate.cli.option_values import checked_map, parsed, size_bytes
from foveate.cli.output_files import make_folder, refuse_existing, refuse_unwritable
from foveate.cli.readable_numbers import readable_bytes, readable_saving
from foveate.errors import OptionError, printable
from foveate.video.settings import (
    CONTAINERS,
    CRFS,
    DEFAULT_CRF,
    Preset,
    VideoCodec,
    VideoSettings,
    container_of,
)

if TYPE_CHECKING:
    from foveate.video.analysis import Tick
    from foveate.video.report import VideoReport

EPILOG = r"""
[bold]Examples[/]

foveate video holiday.mov

foveate video holiday.mov -o smaller.mp4 --crf 26

foveate video talk.mkv -o talk.mp4 --size 25M

foveate video talk.mkv -o talk.h265.mkv --codec h265 --preset slow

Sound, subtitles, chapters, turning, colours, times and metadata stay as they are. The command
needs the extra video: pip install 'foveate\[video]'
"""


def video(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The video.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Where to write; the name ends in .mp4, .m4v, .mov or .mkv. Default: "
            "NAME.foveate.mp4 beside the video; a .m4v, .mov or .mkv keeps its ending.",
        ),
    ] = None,
    crf: Annotated[
        float | None,
        typer.Option(
            min=CRFS[0],
            max=CRFS[1],
            metavar="N",
            help="The encoder's constant rate factor; a lower one is better and larger. "
            f"Default: {DEFAULT_CRF['h264']:g}, and {DEFAULT_CRF['h265']:g} for H.265.",
        ),
    ] = None,
    bitrate: Annotated[
        str | None,
        typer.Option(
            metavar="BITS", help="Bits a second for the pictures, in two passes: 800k, 2.5M."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="BYTES", help="Take at most this many bytes, sound and all: 8M, 25MB."
        ),
    ] = None,
    codec: Annotated[VideoCodec, typer.Option(help="H.264 by x264, or H.265 by x265.")] = "h264",
    preset: Annotated[
        Preset, typer.Option(help="The encoder's preset: the slower it is, the smaller the file.")
    ] = "medium",
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            autocompletion=model_names,
            help="The model that says where people look ('foveate models').",
        ),
    ] = "auto",
    no_map: Annotated[
        bool,
        typer.Option("--no-map", help="Treat all places alike, as the encoder alone does."),
    ] = False,
    every: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="Seconds of video from one map to the next within a shot."
        ),
    ] = 0.5,
    strip: Annotated[
        bool, typer.Option("--strip", help="Leave out metadata, such as date and place.")
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Threads of the model and the decoder at most. Default: all. The encoder always "
            "has eight, since its bytes depend on their number.",
        ),
    ] = None,
    untrusted: Annotated[
        bool,
        typer.Option(
            "--untrusted",
            help="Refuse what is costly, as for videos of strangers: more than 9 megapixels a "
            "frame, 1 GiB, 36,000 frames, 10 minutes of video or half an hour of work.",
        ),
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=N",
            help="Refuse a video over this limit; NAME is pixels (of a frame), bytes, frames, "
            "duration (seconds of video) or seconds (of work). Several may be given.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that exists already.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, and nothing else.")
    ] = False,
) -> None:
    """Write a smaller video that stays sharp where people look.

    Give at most one of --crf, --bitrate and --size.
    """
    if no_map and map != "auto":
        raise OptionError("--map and --no-map contradict each other; give one of them")
    settings = VideoSettings(
        crf=crf,
        bitrate=None if bitrate is None else parsed(size_bytes, bitrate, "--bitrate"),
        size_bytes=None if size is None else parsed(size_bytes, size, "--size"),
        codec=codec,
        preset=preset,
        map="none" if no_map else map,
        every=every,
        strip=strip,
        threads=threads,
    )
    settings.checked()
    checked_map(settings.map, "--map", files=False)
    target = _beside(source) if output is None else output
    container_of(target)
    from foveate.pictures.drafts import sweep_drafts
    from foveate.video.compressing import compress_video
    from foveate.video.limits import VideoLimits

    known = VideoLimits.untrusted() if untrusted else VideoLimits()
    limits = limit_values(known, limit)
    refuse_existing(target, overwrite=overwrite)
    refuse_unwritable(target)
    make_folder(target.parent)
    sweep_drafts([target.parent])
    try:
        with _ticking(as_json=as_json) as tick:
            report = compress_video(
                source, target, settings=settings, limits=limits, overwrite=overwrite, tick=tick
            )
    except KeyboardInterrupt:
        print("foveate: interrupted: nothing is written", file=sys.stderr)
        raise typer.Exit(stopping.exit_code()) from None
    if as_json:
        print_json(report.to_dict())
    else:
        _show(report)


def _beside(source: Path) -> Path:
    """NAME.foveate.mp4 beside the video; in its own kind of container where that can be written."""
    suffix = source.suffix.lower()
    return source.with_name(f"{source.stem}.foveate{suffix if suffix in CONTAINERS else '.mp4'}")


@contextlib.contextmanager
def _ticking(*, as_json: bool) -> Iterator[Tick]:
    """Gives what looks after signals at every frame, and moves a bar on a terminal."""
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):

        def quiet(words: str, done: int, total: int | None) -> None:
            stopping.check()

        yield quiet
        return
    from foveate.cli.terminal import frame_bar

    with frame_bar() as move:

        def shown(words: str, done: int, total: int | None) -> None:
            stopping.check()
            move(words, done, total)

        yield shown


def _show(report: VideoReport) -> None:
    """Prints what became of the video, and where it was written."""
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("video", "frames", "shots", "maps", "before", "after", "saved", "kbit/s")
    rows.add_row(
        name_cell(printable(report.source)),
        str(report.frames),
        str(len(report.cuts) + 1),
        str(len(report.map_times)),
        readable_bytes(report.source_bytes),
        readable_bytes(report.bytes),
        readable_saving(report.source_bytes, report.bytes),
        f"{report.bitrate / 1000:.0f}",
    )
    out.print(rows)
    words = f"{report.encoder}, {report.target}, map: {report.map}"
    out.print(words, style="dim", soft_wrap=True)
    for note in report.notes:
        out.print(note, style="dim", soft_wrap=True)
    out.print(f"Written: {printable(report.output)}", soft_wrap=True)
