"""`foveate bench`: Foveate beside other coders, in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.errors import OptionError
from foveate_research.cli import coding_options as studied
from foveate_research.cli.coding_options import Results

EPILOG = """
[bold]Example[/]

foveate bench codecs --images kodak --figures figures --save results/codecs-kodak.json
"""

CODECS_EPILOG = r"""
[bold]Examples[/]

foveate bench codecs --images kodak --save codecs-kodak.json --figures figures

foveate bench codecs --images coding/images --fixations coding/fixations --workers 2

foveate bench codecs --images kodak --codecs mozjpeg,foveate --qualities 30,50,80 --count 4 --json

Every coder is given the bytes of Pillow's default JPEG at each quality: the largest file that is no
more than 1 % larger. Differences and BD-rates (per cent of bytes at equal quality, below 0 is
better) come with 95 % intervals over pictures. AVIF and WebP are no JPEGs and stand outside.
Needs the bench extra: pip install 'foveate\[bench]'
"""

app = typer.Typer(no_args_is_help=True, epilog=EPILOG, help="Measure Foveate beside other coders.")


@app.callback()
def _bench() -> None:
    """Keeps `codecs` a command of its own."""


@app.command(epilog=CODECS_EPILOG)
def codecs(
    images: studied.Images,
    fixations: studied.Fixations = None,
    masks: studied.Masks = None,
    codecs: studied.CodecNames = None,
    qualities: Annotated[
        str | None,
        typer.Option(metavar="Q,...", help="Plain JPEG's, whose bytes make the curves."),
    ] = None,
    map: studied.MapName = "auto",
    count: studied.Count = None,
    workers: studied.Workers = 1,
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the curves as PNG and SVG.")
    ] = None,
    save: studied.Save = None,
    overwrite: studied.Overwrite = False,
    as_json: studied.AsJson = False,
) -> None:
    """Rate–distortion curves, BD-rates, equal-bytes tables and time of several coders."""
    from foveate_research.cli.coding_records import show_codecs
    from foveate_research.coders.rate_distortion import QUALITIES, bench_codecs
    from foveate_research.coders.scenes import scene_files

    wanted = QUALITIES if qualities is None else _qualities(qualities)
    files = scene_files(images, fixations=fixations or (), masks=masks, count=count)
    with studied.study(images, files, model=map, codecs=codecs, workers=workers) as study:
        stem = None if figures is None else figures / f"codecs-{study.name}"
        results = Results(as_json, save, overwrite, stem)
        results.refuse()
        record, draw = bench_codecs(study, qualities=wanted)
    results.publish(record, show_codecs, draw)


def _qualities(typed: str) -> tuple[int, ...]:
    try:
        found = sorted({int(word) for word in typed.split(",")})
    except ValueError as error:
        raise OptionError(f"--qualities {typed}: give whole numbers, as 30,50,80") from error
    for quality in found:
        studied.checked_quality(quality, "--qualities")
    if len(found) < 2:
        raise OptionError("--qualities: a curve has 2 at least")
    return tuple(found)
