"""`foveate compare` tells how good copies of a picture are, and how many bytes they take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.completion import maps
from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import STREAM, named_input
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_values import checked_map, parsed
from foveate.cli.output_files import refuse_existing
from foveate.cli.picture_options import Tolerant
from foveate.errors import OptionError, OutputError, PictureError, printable

if TYPE_CHECKING:
    from foveate.comparison import Comparison

EPILOG = """
[bold]Examples[/]

foveate compare photo.png photo.foveate.jpg

foveate compare photo.png plain.jpg photo.foveate.jpg --map photo.map.png

foveate compare photo.png *.jpg --html page.html

foveate compare photo.png *.jpg --metrics psnr_s,ssim --json

foveate compare photo.png mozjpeg.jpg photo.foveate.jpg --vote votes.html

foveate compare originals/ mozjpeg/ foveate/ --vote votes.html --vote-seconds 3

A metric measures luma (BT.601) unless its name says otherwise. "By the map" means that the metric \
is averaged with the map as weights; in JSON its name then ends in _weighted. PSNR-S is the PSNR \
of the pixels in the map's top fifth. Of a metric marked with ↓ lower values are better: \
Butteraugli counts just noticeable differences.

The page of --vote shows a person two copies at a time, whose names it hides, and asks which looks \
better. 'foveate votes' reads the result files that people download from it.
"""

_PAGE_KINDS = (".html", ".htm")


def compare(
    original: Annotated[
        str,
        typer.Argument(metavar="ORIGINAL", help="The original picture; for --vote also a folder."),
    ],
    copies: Annotated[
        list[str],
        typer.Argument(
            metavar="COPY",
            help="One or more copies of the original; beside a folder of originals, folders with "
            "copies of the same names.",
        ),
    ],
    map: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=maps,
            help="Where people look: auto predicts it from the original; or give the name of a "
            "model ('foveate models'), or a grey picture.",
        ),
    ] = "auto",
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Measure only these metrics, named as in JSON. Without ssimulacra2 a large "
            "picture takes half the time.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE.html",
            help="Also write a page that shows the pictures side by side with a slider, their "
            "most salient spots close up, the map, and where the errors are.",
        ),
    ] = None,
    vote: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE.html",
            help="Measure nothing, but write a page on which people vote which of two copies "
            "looks better.",
        ),
    ] = None,
    vote_seconds: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            min=0.05,
            max=60,
            help="Show a pair of the vote for so long, after a cross to look at.",
        ),
    ] = None,
    vote_seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=2**32 - 1,
            help="Show all voters the pairs in one order; by default orders differ.",
        ),
    ] = None,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    tolerant: Tolerant = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a page that exists already.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object for each copy, and nothing else."),
    ] = False,
) -> None:
    """Measure how good copies of a picture are, also where people look; or let people vote."""
    limits = limits_of(untrusted, limit)
    if STREAM in (original, *copies):
        raise OptionError("compare needs files, and - is stdin; save it to a file first")
    if vote is not None:
        if html is not None or metrics is not None or as_json or map != "auto":
            raise OptionError(
                "--vote: measures nothing; leave out --html, --json, --map, --metrics"
            )
        _check_page("--vote", vote, [original, *copies], overwrite=overwrite)
        from foveate.cli.vote_page import write_vote_page

        write_vote_page(
            *(original, copies, vote, limits),
            seconds=vote_seconds,
            seed=vote_seed,
            tolerant=tolerant,
            overwrite=overwrite,
        )
        return
    if vote_seconds is not None or vote_seed is not None:
        raise OptionError("--vote-seconds and --vote-seed: need --vote PAGE.html")
    from foveate.comparison import Comparison
    from foveate.comparison import compare as compare_pictures
    from foveate.comparison.measured import checked_metrics
    from foveate.pictures import read_picture, write_atomically
    from foveate.pictures.limits import within_time
    from foveate.saliency import map_of

    checked_map(map, "--map")
    names = None
    if metrics is not None:
        names = parsed(lambda text: checked_metrics(_listed(text)), metrics, "--metrics")
    if html is not None:
        _check_page("--html", html, [original, *copies], overwrite=overwrite)
    if Path(original).is_dir():
        raise PictureError(
            f"{printable(original)}: is a folder; give a picture file, or folders with --vote"
        )
    first = named_input(Path(original))
    if first.error is not None:
        raise first.error
    before = read_picture(original, limits=limits, tolerant=tolerant)
    saliency = map_of(map, before, limits=limits)
    page = None
    if html is not None:
        from foveate.comparison.page import ComparisonPage

        page = ComparisonPage(before, saliency)

    def work(source: Path, _: None) -> Comparison:
        with within_time(limits, printable(source)):
            copy = read_picture(source, limits=limits, tolerant=tolerant)
            comparison = compare_pictures(before, copy, map=saliency, metrics=names)
            if page is not None:
                page.add(copy, comparison)
            return comparison

    inputs = [named_input(Path(name)) for name in copies]
    outcome = for_each_picture(
        inputs,
        [None] * len(inputs),
        work,
        folders=[] if html is None else [html.parent],
        as_json=Comparison.to_dict if as_json else None,
    )
    if outcome.done and not as_json:
        from foveate.cli.comparison_tables import show_comparisons

        show_comparisons(outcome.done)
    if page is not None and html is not None and outcome.done and not outcome.interrupted:
        write_atomically(html, page.html().encode(), overwrite=overwrite)
        if not as_json:
            print(f"Written: {printable(html)}")
    raise typer.Exit(outcome.exit_code)


def _listed(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _check_page(option: str, page: Path, pictures: list[str], *, overwrite: bool) -> None:
    if page.suffix.lower() not in _PAGE_KINDS:
        raise OptionError(f"{option} {printable(page)}: end the page's name in .html")
    if os.path.realpath(page) in map(os.path.realpath, pictures):
        raise OptionError(f"{option} {printable(page)}: is one of the pictures; give another name")
    if not page.parent.is_dir():
        raise OutputError(f"{option} {printable(page)}: its folder does not exist; make it first")
    refuse_existing(page, overwrite=overwrite)
