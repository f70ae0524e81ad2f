"""`foveate bench page`: how long the page of `foveate serve` keeps a person waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate_research.cli.results import Results, progress
from foveate_research.cli.tables import show_record

EPILOG = r"""
[bold]Examples[/]

foveate bench page --images kodak --save results/page.json

foveate bench page --runs 3 --json

The requests that the page sends go to a server in a process of its own, over HTTP. Times are of the
clock: keep the machine quiet. Needs foveate's extra web: pip install 'foveate\[web]'
"""


def page(
    *,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Pictures of 768x512 or more to tile (default: drawn)."),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, metavar="N", help="Runs; the median counts.")] = 5,
    results: Results,
) -> None:
    """How long the page of 'foveate serve' keeps a person waiting, with 12 megapixels."""
    from foveate_research.bench.page import page_record

    results.refuse()
    with progress(runs) as tick:
        record = page_record(images, runs=runs, tick=tick)
    results.publish(record, show_record)
