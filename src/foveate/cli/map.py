"""`foveate map` predicts where people look and writes it as grey pictures."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.completion import model_names
from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import STREAM, found_inputs
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_values import checked_map, class_choice
from foveate.cli.output_files import (
    folder_of,
    make_folder,
    planned_outputs,
    refuse_existing,
    where_written,
    without_clashes,
)
from foveate.cli.picture_options import (
    WHERE,
    AsJson,
    Overwrite,
    Pictures,
    Recursive,
    Tolerant,
)
from foveate.cli.streams import check_stdout, goes_to_stdout, input_bytes, input_name, to_stdout
from foveate.errors import OptionError, printable

if TYPE_CHECKING:
    from foveate.models.class_choice import ClassChoice
    from foveate.pictures import Limits
    from foveate.saliency import SaliencyMap

EPILOG = """
[bold]Examples[/]

foveate map photo.png --overlay

foveate map holiday/ -o maps/

foveate map photo.png --model centre -o centre.png

foveate map photo.png --model msroi --classes person,bird --overlay

A map can be edited, and then given to 'foveate compress --map'. --json tells its peaks as x, y and
the map's value, the smallest box that holds half of it, and focal points in per cent.
"""


@dataclass(frozen=True)
class Done:
    """A map that was written, and the facts that the table and JSON tell about it."""

    source: Path
    output: Path
    overlay: Path | None
    width: int
    height: int
    model: str
    confidence: float
    looked_at: dict[str, Any]
    notes: tuple[str, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "source": str(self.source),
            "output": str(self.output),
            "overlay": None if self.overlay is None else str(self.overlay),
            "width": self.width,
            "height": self.height,
            "model": self.model,
            "confidence": round(self.confidence, 3),
            **self.looked_at,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }


def map_pictures(
    inputs: Pictures,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|DIR",
            help=f"Where to write: {WHERE.format(kinds='.png')}; - writes to stdout. Default: "
            "NAME.map.png beside each picture.",
        ),
    ] = None,
    recursive: Recursive = False,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            autocompletion=model_names,
            help="The model to use, from 'foveate models'.",
        ),
    ] = "auto",
    classes: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help="Show these classes of a label network, such as msroi or cam, and no others.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="T",
            help="Show the classes that msroi holds for likelier than T, from 0 to 1, in place of "
            "those over the thresholds that it learnt. Where none is, it shows the likeliest.",
        ),
    ] = None,
    overlay: Annotated[
        bool,
        typer.Option(
            "--overlay", help="Also write NAME.overlay.jpg, the picture with its map laid over it."
        ),
    ] = False,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    tolerant: Tolerant = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write maps of where people look: grey pictures, bright where they look."""
    checked_map(model, "--model", files=False)
    choice = class_choice(model, classes, threshold)
    limits = limits_of(untrusted, limit)
    several = len(inputs) > 1 or any(Path(name).is_dir() for name in inputs)
    streams = goes_to_stdout(inputs, output)
    if streams:
        check_stdout(several=several, as_json=as_json)
        if overlay:
            raise OptionError("--overlay is a second file, and stdout takes one; give -o FILE")
    apart = [folder] if not streams and (folder := folder_of(output)) else []
    pictures = found_inputs(inputs, recursive=recursive, without=apart)
    if streams:
        targets = [Path(STREAM) for _ in pictures]
    else:
        targets = planned_outputs(
            pictures, output, suffix=".map.png", kinds=(".png",), several=several
        )
        pictures = without_clashes(pictures, targets, suffix=".map.png", may_replace=True)

    def work(source: Path, target: Path) -> Done:
        from foveate.pictures.limits import within_time

        with within_time(limits, input_name(source)):
            return _write_map(
                *(source, target, limits),
                model=model,
                choice=choice,
                overlay=overlay,
                tolerant=tolerant,
                overwrite=overwrite,
            )

    outcome = for_each_picture(
        pictures,
        targets,
        work,
        folders={target.parent for target in targets},
        as_json=Done.to_dict if as_json else None,
    )
    if outcome.done and not (as_json or streams):
        _show(outcome.done)
    raise typer.Exit(outcome.exit_code)


def _write_map(
    source: Path,
    target: Path,
    limits: Limits,
    *,
    model: str,
    choice: ClassChoice,
    overlay: bool,
    tolerant: bool,
    overwrite: bool,
) -> Done:
    import numpy as np

    from foveate.deadline import check_time
    from foveate.pictures import read_picture, write_atomically
    from foveate.saliency import overlay as painted
    from foveate.saliency import saliency_map

    started = time.perf_counter()
    beside = _overlay_path(target) if overlay else None
    streams = str(target) == STREAM
    for path in () if streams else filter(None, (target, beside)):
        refuse_existing(path, overwrite=overwrite)
    picture = read_picture(
        input_bytes(source, most=limits.bytes),
        limits=limits,
        name=input_name(source),
        tolerant=tolerant,
    )
    saliency = saliency_map(
        picture, model=model, classes=choice.classes, threshold=choice.threshold
    )
    check_time()
    levels = np.rint(saliency.values * 255).astype(np.uint8)
    if streams:
        to_stdout(_encoded(levels, "PNG"))
    else:
        make_folder(target.parent)
        write_atomically(target, _encoded(levels, "PNG"), overwrite=overwrite)
    if beside is not None:
        data = _encoded(painted(picture, saliency), "JPEG", quality=90)
        write_atomically(beside, data, overwrite=overwrite)
    return Done(
        source=source,
        output=target,
        overlay=beside,
        width=picture.width,
        height=picture.height,
        model=saliency.model,
        confidence=saliency.confidence,
        looked_at=_looked_at(saliency),
        notes=picture.notes,
        seconds=time.perf_counter() - started,
    )


HALF = 0.5
"""The share of the map that lies in the box of `--json`."""


def _looked_at(saliency: SaliencyMap) -> dict[str, Any]:
    """Where people look, for programs that crop: peaks and a box in pixels, and focal points."""
    from foveate.saliency.windows import SummedMap, in_css, peaks

    table = SummedMap(saliency)
    return {
        "peaks": [[peak.x, peak.y, round(peak.value, 3)] for peak in peaks(saliency)],
        "box": list(table.smallest(HALF).box),
        "focal_point": list(table.focal_point()),
        "object_position": in_css(table.object_position()),
    }


def _overlay_path(target: Path) -> Path:
    stem = target.name.removesuffix(".png").removesuffix(".map")
    return target.with_name(f"{stem}.overlay.jpg")


def _encoded(pixels: Any, file_format: str, **options: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def _show(results: list[Done]) -> None:
    from foveate.cli.terminal import console, name_cell, print_table, table

    out = console()
    rows = table("picture", "confidence", "model")
    for done in results:
        rows.add_row(name_cell(printable(done.source)), f"{done.confidence:.2f}", done.model)
    print_table(out, rows)
    for done in results:
        for note in done.notes:
            out.print(f"{printable(done.source)}: {note}", style="dim", soft_wrap=True)
    places = [(done.source, [*filter(None, (done.output, done.overlay))]) for done in results]
    names = "NAME.map.png and NAME.overlay.jpg" if results[0].overlay else "NAME.map.png"
    out.print(where_written(places, names), soft_wrap=True)
