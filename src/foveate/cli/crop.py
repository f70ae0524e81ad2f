"""`foveate crop` cuts pictures to other shapes, and keeps what people look at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import Input, found_inputs
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_names import CROP, in_options
from foveate.cli.option_values import box, checked_map, parsed, size_bytes
from foveate.cli.output_files import (
    make_folder,
    planned_outputs,
    refuse_existing,
    where_written,
    without_clashes,
)
from foveate.cli.readable_numbers import readable_bytes
from foveate.errors import OptionError, printable
from foveate.settings import DEFAULT_QUALITY, DEFAULTS, QUALITIES, Effort, Metadata, Settings, Tune

if TYPE_CHECKING:
    from foveate._crop import Crop, Shape
    from foveate.pictures.limits import Limits
    from foveate.report import Report

EPILOG = """
[bold]Examples[/]

foveate crop photo.jpg --aspect 9:16

foveate crop holiday/ --size 400x300 -o thumbnails/

foveate crop photo.jpg --aspect 1:1 --aspect 3:1 --protect 40,80,200,120

foveate crop photo.jpg --aspect 16:9 --no-files --json

Each crop is the largest window of its shape, placed where it keeps most of what people look at.
With --no-files, Foveate only prints the place of each window, as a box and as CSS.
"""

JPEGS = (".jpg", ".jpeg")


@dataclass(frozen=True)
class Written:
    """One crop, and the file that was made of it where one was."""

    crop: Crop
    output: Path | None
    report: Report | None

    def to_dict(self) -> dict[str, Any]:
        values = self.crop.to_dict()
        values["output"] = None if self.output is None else str(self.output)
        values["bytes"] = None if self.report is None else self.report.bytes
        values["notes"] = list(self.notes)
        return values

    @property
    def notes(self) -> tuple[str, ...]:
        return self.crop.notes if self.report is None else (*self.crop.notes, *self.report.notes)


@dataclass(frozen=True)
class Done:
    """A picture whose crops were made."""

    source: Path
    width: int
    height: int
    model: str
    confidence: float
    crops: tuple[Written, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        from foveate.saliency.windows import in_css

        first = self.crops[0].crop
        return {
            "source": str(self.source),
            "width": self.width,
            "height": self.height,
            "map": self.model,
            "confidence": round(self.confidence, 3),
            "focal_point": list(first.focal_point),
            "object_position": in_css(first.any_position),
            "crops": [each.to_dict() for each in self.crops],
            "seconds": round(self.seconds, 3),
        }


def crop(
    inputs: Annotated[
        list[str], typer.Argument(metavar="IN", help="Pictures, or folders of pictures.")
    ],
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
            help="Where to write: a file, or a folder for several crops. Default: "
            "NAME.9x16.foveate.jpg beside each picture.",
        ),
    ] = None,
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
            "--avoid-cuts",
            help="Rather keep a little less than have a window's edge where people look.",
        ),
    ] = False,
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="Where people look: auto predicts it; or give the name of a model "
            "('foveate models'), or a grey picture that is bright where they look.",
        ),
    ] = DEFAULTS.map,
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
    most_bytes: Annotated[
        str | None,
        typer.Option(
            "--bytes", metavar="BYTES", help="Take at most this many bytes a crop: 20000, 50k."
        ),
    ] = None,
    tune: Annotated[
        Tune, typer.Option(help="What counts as error; see 'foveate compress --help'.")
    ] = DEFAULTS.tune,
    effort: Annotated[
        Effort,
        typer.Option(help="With --tune vision: how often to look at the decoded picture."),
    ] = DEFAULTS.effort,
    metadata: Annotated[
        Metadata,
        typer.Option(help="Keep all metadata, only copyright and the like (rights), or none."),
    ] = DEFAULTS.metadata,
    strip: Annotated[bool, typer.Option("--strip", help="The same as --metadata none.")] = False,
    threads: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Use at most this many threads. Default: all."),
    ] = DEFAULTS.threads,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    no_files: Annotated[
        bool, typer.Option("--no-files", help="Tell the windows, and write no files.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist already.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object for each picture, and nothing else."),
    ] = False,
) -> None:
    """Cut pictures to other shapes where they keep most of what people look at.

    Give --aspect or --size, or several. At most one of --quality, --match-quality and --bytes.
    """
    shapes = _shapes(aspect or (), size or ())
    settings = Settings(
        quality=quality,
        match_quality=match_quality,
        size_bytes=None if most_bytes is None else parsed(size_bytes, most_bytes, "--bytes"),
        protect=tuple(parsed(box, text, "--protect") for text in protect or ()),
        tune=tune,
        effort=effort,
        metadata="none" if strip else metadata,
        threads=threads,
    )
    try:
        checked = settings.checked()
    except OptionError as error:
        raise OptionError(in_options(str(error), CROP)) from error
    checked_map(map, "--map")
    limits = limits_of(untrusted, limit)
    if no_files and output is not None:
        raise OptionError("-o says where to write, and --no-files to write nothing; give one")
    pictures = found_inputs(inputs)
    places: dict[Path, list[Path | None]] = {}
    if not no_files:
        pictures, places = _places(pictures, inputs, shapes, output)

    def work(source: Path, _: Path) -> Done:
        from foveate.pictures.limits import within_time

        with within_time(limits, printable(source)):
            return _crop_picture(
                source,
                shapes,
                places.get(source, [None] * len(shapes)),
                map=map,
                avoid_cuts=avoid_cuts,
                settings=settings.but(protect=checked.protect),
                limits=limits,
                overwrite=overwrite,
            )

    nowhere = [item.path for item in pictures]  # each picture has several targets: see `places`
    outcome = for_each_picture(
        pictures, nowhere, work, as_json=Done.to_dict if as_json else None, names=CROP
    )
    if outcome.done and not as_json:
        _show(outcome.done)
    raise typer.Exit(outcome.exit_code)


def _shapes(aspects: Sequence[str], sizes: Sequence[str]) -> list[Shape]:
    """The shapes that were asked for, each once. Raises a usage error."""
    from foveate._crop import Shape

    shapes = [parsed(Shape.of_aspect, text, "--aspect") for text in aspects]
    shapes += [parsed(Shape.of_size, text, "--size") for text in sizes]
    if not shapes:
        raise OptionError("say which shape: --aspect 9:16, or --size 400x300 in pixels")
    return list({shape.name: shape for shape in shapes}.values())


def _places(
    pictures: Sequence[Input], inputs: Sequence[str], shapes: Sequence[Shape], output: str | None
) -> tuple[list[Input], dict[Path, list[Path | None]]]:
    """The pictures, of which those with clashing names have an error, and where crops are written.

    The places of a picture's crops come in the order of the shapes.
    """
    named = output is not None and output.lower().endswith(JPEGS) and not Path(output).is_dir()
    if named and len(shapes) > 1:
        raise OptionError(f"-o {output}: several crops need a folder, whose name ends in /")
    several = len(inputs) > 1 or len(shapes) > 1 or any(Path(name).is_dir() for name in inputs)
    found: dict[Path, list[Path | None]] = {item.path: [] for item in pictures}
    for shape in shapes:
        targets = planned_outputs(
            pictures,
            output,
            suffix=f".{shape.name}.foveate.jpg",
            kinds=JPEGS,
            several=several,
        )
        suffix = f".{shape.name}.foveate.jpg"
        pictures = without_clashes(pictures, targets, suffix=suffix, may_replace=True)
        for item, target in zip(pictures, targets, strict=True):
            found[item.path].append(target)
    return list(pictures), found


def _crop_picture(
    source: Path,
    shapes: Sequence[Shape],
    targets: Sequence[Path | None],
    *,
    map: str,
    avoid_cuts: bool,
    settings: Settings,
    limits: Limits,
    overwrite: bool,
) -> Done:
    from foveate._crop import crops_by_map, window_map
    from foveate.pictures import read_picture

    started = time.perf_counter()
    for target in filter(None, targets):
        refuse_existing(target, overwrite=overwrite)
    picture = read_picture(source, limits=limits)
    boxes = settings.boxes_within(picture.width, picture.height, picture.name)
    saliency = window_map(map, picture, threads=settings.threads)
    made = crops_by_map(picture, saliency, shapes, protect=boxes, avoid_cuts=avoid_cuts)
    written = tuple(
        _write(each, target, map=map, settings=settings, overwrite=overwrite)
        for each, target in zip(made, targets, strict=True)
    )
    return Done(
        source=source,
        width=picture.width,
        height=picture.height,
        model=saliency.model,
        confidence=saliency.confidence,
        crops=written,
        seconds=time.perf_counter() - started,
    )


def _write(
    made: Crop, target: Path | None, *, map: str, settings: Settings, overwrite: bool
) -> Written:
    """The crop as a file: people see it alone, so a model looks at it alone."""
    from foveate._compress import compress

    if target is None:
        return Written(made, None, None)
    steering = made.map if Path(map).suffix else map
    settings = settings.but(protect=made.protect)
    result = compress(made.picture, settings=settings, map=steering)
    make_folder(target.parent)
    result.save(target, overwrite=overwrite)
    return Written(made, target, result.report)


KEPT = "Kept: the share of the map that lies in the window; position: CSS's object-position."


def _show(results: list[Done]) -> None:
    """Prints a row a crop, their notes, and where they were written."""
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("picture", "shape", "window x,y,w,h", "kept", "position", "bytes")
    for done in results:
        for each in done.crops:
            rows.add_row(
                name_cell(printable(done.source)),
                each.crop.shape.text,
                ",".join(map(str, each.crop.box)),
                f"{100 * each.crop.kept:.0f} %",
                each.crop.object_position,
                "–" if each.report is None else readable_bytes(each.report.bytes),
            )
    out.print(rows)
    out.print(KEPT, style="dim", soft_wrap=True)
    for done in results:
        for each in done.crops:
            for note in each.notes:
                line = f"{printable(done.source)}, {each.crop.shape.text}: {note}"
                out.print(line, style="dim", soft_wrap=True)
    places = [(done.source, [w.output for w in done.crops if w.output]) for done in results]
    if places[0][1]:
        out.print(where_written(places, "NAME.SHAPE.foveate.jpg"), soft_wrap=True)
