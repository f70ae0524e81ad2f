"""`foveate crop` cuts pictures to other shapes, and keeps what people look at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.completion import maps
from foveate.cli.crop_results import Done, Written, show
from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import STREAM, Input, found_inputs
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_names import CROP, in_options
from foveate.cli.option_values import box, checked_map, parsed, size_bytes
from foveate.cli.output_files import (
    folder_of,
    make_folder,
    planned_outputs,
    refuse_existing,
    without_clashes,
)
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
from foveate.cli.streams import check_stdout, goes_to_stdout, input_bytes, input_name, to_stdout
from foveate.coders.names import (
    KINDS,
    endings_of_others,
    format_named,
    of_format,
    possible_targets,
)
from foveate.errors import OptionError
from foveate.settings import DEFAULTS, Format, Settings

if TYPE_CHECKING:
    from foveate._crop import Crop, Shape
    from foveate.pictures.limits import Limits

EPILOG = """
[bold]Examples[/]

foveate crop photo.jpg --aspect 9:16

foveate crop holiday/ -r --size 400x300 -o thumbnails/

foveate crop photo.jpg --aspect 1:1 --aspect 3:1 --protect 40,80,200,120

foveate crop - --aspect 1:1 < photo.jpg > square.jpg

foveate crop photo.jpg --aspect 16:9 --no-files --json

Each crop is the largest window of its shape, placed where it keeps most of what people look at.
With --no-files, Foveate only prints the place of each window, as a box and as CSS.
"""


@dataclass(frozen=True)
class _Asked:
    """What is asked of every picture. settings: how its crops are compressed."""

    shapes: tuple[Shape, ...]
    settings: Settings
    limits: Limits
    avoid_cuts: bool
    overwrite: bool


def crop(
    inputs: Pictures,
    aspect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="W:H", help="The aspect ratio of a crop, such as 9:16. Several may be given."
        ),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WxH",
            help="The size of a crop in pixels, such as 400x300. The window has that shape, and is "
            "resized to it. Several may be given.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|DIR",
            help=f"Where to write: {WHERE.format(kinds=KINDS_OF_FILES)}; - writes to stdout. "
            "Default: NAME.9x16.foveate.jpg, or with the ending of --format, beside each "
            "picture.",
        ),
    ] = None,
    recursive: Recursive = False,
    protect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,W,H",
            help="Never cut this box, and keep it sharp. X,Y is its upper left corner, W,H its "
            "size, in pixels of the picture. Several boxes may be given.",
        ),
    ] = None,
    avoid_cuts: Annotated[
        bool,
        typer.Option(
            "--avoid-cuts/--no-avoid-cuts",
            help="Rather keep a little less than have a window's edge through a peak of the map, "
            "as in a face.",
        ),
    ] = True,
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=maps,
            help="Where people look: auto predicts it; or give the name of a model "
            "('foveate models'), or a grey picture that is bright where they look.",
        ),
    ] = DEFAULTS.map,
    quality: Quality = None,
    match_quality: MatchQuality = None,
    most_bytes: Annotated[
        str | None,
        typer.Option(
            "--bytes", metavar="BYTES", help="Take at most this many bytes a crop: 20000, 50k."
        ),
    ] = None,
    tune: TuneFor = DEFAULTS.tune,
    effort: Efforts = DEFAULTS.effort,
    file_format: FileFormat = None,
    accept: Accept = DEFAULTS.accept,
    subsampling: ChromaSubsampling = DEFAULTS.subsampling,
    metadata: KeptMetadata = None,
    strip: Strip = False,
    tolerant: Tolerant = DEFAULTS.tolerant,
    background: Background = DEFAULTS.background,
    threads: Threads = DEFAULTS.threads,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    no_files: Annotated[
        bool, typer.Option("--no-files", help="Tell the windows, and write no files.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Cut pictures to other shapes where they keep most of what people look at.

    Give --aspect or --size, or several. Give at most one of --quality, --match-quality and --bytes.
    """
    limits = limits_of(untrusted, limit)
    shapes = _shapes(aspect or (), size or (), limits)
    settings = Settings(
        quality=quality,
        match_quality=match_quality,
        size_bytes=None if most_bytes is None else parsed(size_bytes, most_bytes, "--bytes"),
        map=map,
        protect=tuple(parsed(box, text, "--protect") for text in protect or ()),
        tune=tune,
        effort=effort,
        format=file_format or format_named(output),
        accept=accept,
        subsampling=subsampling,
        background=background,
        metadata=metadata_of(metadata, strip=strip),
        tolerant=tolerant,
        threads=threads,
    )
    try:
        checked = settings.checked()
    except OptionError as error:
        raise OptionError(in_options(str(error), CROP)) from error
    checked_map(map, "--map")
    asked = _Asked(
        tuple(shapes),
        settings.but(protect=checked.protect),
        limits,
        avoid_cuts,
        overwrite,
    )
    if no_files and output is not None:
        raise OptionError("-o says where to write, and --no-files to write nothing; give one")
    streams = not no_files and goes_to_stdout(inputs, output)
    if streams:
        many = len(inputs) > 1 or len(shapes) > 1 or any(Path(name).is_dir() for name in inputs)
        check_stdout(several=many, as_json=as_json)
    apart = [folder] if not streams and (folder := folder_of(output)) else []
    pictures = found_inputs(inputs, recursive=recursive, without=apart)
    places: list[list[Path | None]] = [[None] * len(shapes) for _ in pictures]
    if streams:
        places = [[Path(STREAM)] for _ in pictures]
    elif not no_files:
        pictures, places = _places(pictures, inputs, shapes, output, settings.format)

    def work(source: Path, targets: Sequence[Path | None]) -> Done:
        from foveate.pictures.limits import within_time

        with within_time(asked.limits, input_name(source)):
            return _crop_picture(source, targets, asked)

    outcome = for_each_picture(
        pictures,
        places,
        work,
        folders={target.parent for targets in places for target in targets if target is not None},
        as_json=Done.to_dict if as_json else None,
        names=CROP,
    )
    if outcome.done and not (as_json or streams):
        show(outcome.done)
    raise typer.Exit(outcome.exit_code)


def _shapes(aspects: Sequence[str], sizes: Sequence[str], limits: Limits) -> list[Shape]:
    """The shapes that were asked for, each once. Raises a usage error."""
    from foveate._crop import Shape, check_size

    shapes = [parsed(Shape.of_aspect, text, "--aspect") for text in aspects]
    shapes += [parsed(Shape.of_size, text, "--size") for text in sizes]
    for shape in shapes:
        try:
            check_size(shape, limits)
        except OptionError as error:
            raise OptionError(f"--{in_options(str(error))}") from error
    if not shapes:
        raise OptionError("say which shape: --aspect 9:16, or --size 400x300 in pixels")
    named: dict[str, Shape] = {}
    for shape in shapes:
        other = named.setdefault(shape.name, shape)
        if (other.size is None) != (shape.size is None):
            raise OptionError(
                f"--aspect {other.text} and --size {shape.text}: both crops would be called "
                f"{shape.name}; ask for them in two calls, with another -o each"
            )
    return list(named.values())


def _places(
    pictures: Sequence[Input],
    inputs: Sequence[str],
    shapes: Sequence[Shape],
    output: str | None,
    file_format: Format,
) -> tuple[list[Input], list[list[Path | None]]]:
    """The pictures, of which those with clashing names have an error, and where crops are written.

    The places of a picture's crops come in the order of the shapes.
    """
    several = len(inputs) > 1 or len(shapes) > 1 or any(Path(name).is_dir() for name in inputs)
    found: list[list[Path | None]] = [[] for _ in pictures]
    for shape in shapes:
        kinds = KINDS[file_format]
        suffix = f".{shape.name}.foveate{kinds[0]}"
        targets = planned_outputs(
            pictures,
            output,
            suffix=suffix,
            kinds=kinds,
            several=several,
            others=endings_of_others(file_format),
        )
        pictures = without_clashes(pictures, targets, suffix=suffix, may_replace=True)
        for place, target in zip(found, targets, strict=True):
            place.append(target)
    return list(pictures), found


def _crop_picture(source: Path, targets: Sequence[Path | None], asked: _Asked) -> Done:
    from foveate._crop import crops_by_map, window_map
    from foveate.pictures import read_picture

    started = time.perf_counter()
    settings, limits = asked.settings, asked.limits
    for target in targets:
        if target is not None and str(target) != STREAM:
            for path in possible_targets(target):
                refuse_existing(path, overwrite=asked.overwrite)
    picture = read_picture(
        input_bytes(source, most=limits.bytes),
        limits=limits,
        name=input_name(source),
        tolerant=settings.tolerant,
        keep_alpha=True,
    )
    boxes = settings.boxes_within(picture.width, picture.height, picture.name)
    saliency = window_map(settings.map, picture, threads=settings.threads, limits=limits)
    made = crops_by_map(picture, saliency, asked.shapes, protect=boxes, avoid_cuts=asked.avoid_cuts)
    return Done(
        source=source,
        width=picture.width,
        height=picture.height,
        model=saliency.model,
        confidence=saliency.confidence,
        crops=tuple(
            _write(each, target, asked) for each, target in zip(made, targets, strict=True)
        ),
        seconds=time.perf_counter() - started,
    )


def _write(made: Crop, target: Path | None, asked: _Asked) -> Written:
    """The crop as a file: people see it alone, so a model looks at it alone."""
    from foveate._compress import compress

    if target is None:
        return Written(made, None, None)
    name = asked.settings.map
    steering = made.map if Path(name).suffix else name
    settings = asked.settings.but(protect=made.protect)
    result = compress(made.picture, settings=settings, map=steering)
    if str(target) == STREAM:
        to_stdout(result.data)
    else:
        target = of_format(target, result.report.format)
        make_folder(target.parent)
        result.save(target, overwrite=asked.overwrite)
    return Written(made, target, result.report)
