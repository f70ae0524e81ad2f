"""`foveate bench`: Foveate beside other coders, in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.errors import OptionError
from foveate_research.cli.coding_options import CoderOptions, Fixations, Images, Masks
from foveate_research.cli.options import Count, grouped, names_in
from foveate_research.cli.results import Results

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
Needs the bench extra: pip install 'foveate-research\[bench]'
"""

app = typer.Typer(no_args_is_help=True, epilog=EPILOG, help="Measure Foveate beside other coders.")


@app.callback()
def _bench() -> None:
    """Keeps `codecs` a command of its own."""


@app.command(epilog=CODECS_EPILOG)
@grouped
def codecs(
    *,
    images: Images,
    fixations: Fixations = None,
    masks: Masks = None,
    qualities: Annotated[
        list[str] | None,
        typer.Option(metavar="Q,...", help="Plain JPEG's, whose bytes make the curves."),
    ] = None,
    count: Count = None,
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the curves as PNG and SVG.")
    ] = None,
    coders: CoderOptions,
    results: Results,
) -> None:
    """Rate–distortion curves, BD-rates, equal-bytes tables and time of several coders."""
    from foveate_research.cli.coding_records import show_codecs
    from foveate_research.coders.rate_distortion import QUALITIES, bench_codecs
    from foveate_research.coders.scenes import scene_files

    wanted = _qualities(qualities) or QUALITIES
    files = scene_files(images, fixations=fixations or (), masks=masks, count=count)
    with coders.study(images, files) as study:
        stem = None if figures is None else figures / f"codecs-{study.name}"
        results.refuse(stem)
        record, draw = bench_codecs(study, qualities=wanted)
    results.publish(record, show_codecs, draw, stem)


def _qualities(typed: list[str] | None) -> tuple[int, ...]:
    if typed is None:
        return ()
    words = names_in(typed)
    if not all(word.isdecimal() and 1 <= int(word) <= 100 for word in words):
        raise OptionError(f"--qualities {','.join(typed)}: give numbers from 1 to 100, as 30,50,80")
    if len(set(words)) < 2:
        raise OptionError("--qualities: a curve has 2 at least")
    return tuple(sorted(set(map(int, words))))
