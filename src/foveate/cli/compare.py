"""`foveate compare`: how good copies are, and how many bytes they take."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.batch import Outcome, run
from foveate.cli.inputs import Input
from foveate.cli.options import checked_map
from foveate.cli.values import readable_bytes
from foveate.errors import printable

if TYPE_CHECKING:
    from foveate.compare import Comparison

EPILOG = """
[bold]Examples[/]

foveate compare photo.png photo.foveate.jpg

foveate compare photo.png plain.jpg photo.foveate.jpg --map photo.map.png

foveate compare photo.png *.jpg --json

PSNR and SSIM are of luma (BT.601); PSNR-S is PSNR over the pixels that the map marks as its upper
fifth.
"""


def compare(
    original: Annotated[str, typer.Argument(metavar="ORIGINAL", help="The picture as it was.")],
    copies: Annotated[list[str], typer.Argument(metavar="COPY", help="Copies of it.")],
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="Where PSNR-S looks: auto (predicted from the original), a model of "
            "'foveate models', or a grey picture.",
        ),
    ] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a copy, and nothing else.")
    ] = False,
) -> None:
    """Measure copies against their original: bytes, PSNR, PSNR-S and SSIM."""
    from foveate.compare import Comparison
    from foveate.compare import compare as compare_pictures
    from foveate.compress import map_of
    from foveate.pictures import read_picture
    from foveate.threads import usable_threads

    checked_map(map, "--map")
    before = read_picture(original)
    saliency = map_of(map, before, usable_threads())

    def work(source: Path, _: Path) -> Comparison:
        return compare_pictures(before, source, map=saliency)

    inputs = [Input(Path(name)) for name in copies]
    paths = [item.path for item in inputs]
    outcome = run(inputs, paths, work, as_json=Comparison.to_dict if as_json else None)
    if outcome.done and not as_json:
        _show(outcome)
    raise typer.Exit(outcome.exit_code)


def _show(outcome: Outcome[Comparison]) -> None:
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("copy", "bytes", "bits a pixel", "PSNR", "PSNR-S", "SSIM")
    for done in outcome.done:
        rows.add_row(
            name_cell(done.copy),
            "–" if done.bytes is None else readable_bytes(done.bytes),
            "–" if done.bpp is None else f"{done.bpp:.3f}",
            _decibels(done.psnr),
            _decibels(done.psnr_s),
            f"{done.ssim:.4f}",
        )
    out.print(rows)
    first = outcome.done[0]
    out.print(
        f"against {first.original}, {first.width} x {first.height}; "
        f"map: {printable(first.map)}, confidence {first.confidence:.2f}",
        style="dim",
        soft_wrap=True,
    )


def _decibels(value: float) -> str:
    return "same" if math.isinf(value) else f"{value:.2f} dB"
