"""`foveate bench batch`: batches from store to store, undisturbed and disturbed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from foveate.errors import OptionError
from foveate_research.cli.results import Results, progress
from foveate_research.cli.tables import Cells, print_cells, print_notes

EPILOG = r"""
[bold]Examples[/]

foveate bench batch --save results/batch.json

foveate bench batch --images kodak --count 200 --failing 0.1

A store (SeaweedFS) runs on this machine, and a proxy before it counts the requests. One run does
small pictures undisturbed. Then two runs share them while requests are delayed and fail, workers
are killed, and one run is killed and started again: no picture may be lost or done twice. Runs on
Linux. Needs the extra store: pip install 'foveate-research\[store]'
"""


def batch(
    *,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Pictures to cut small ones from (default: drawn)."),
    ] = None,
    count: Annotated[
        int, typer.Option(min=40, max=100_000, metavar="N", help="How many small pictures.")
    ] = 2000,
    failing: Annotated[
        float, typer.Option(min=0, max=0.5, metavar="S", help="The share of requests that fail.")
    ] = 0.05,
    delay: Annotated[
        float,
        typer.Option(min=0, max=1000, metavar="MS", help="How late requests are, on average."),
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of pictures and failures.")] = 0,
    server: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="SeaweedFS's program weed (default: the package's)."),
    ] = None,
    results: Results,
) -> None:
    """Batches from store to store: their speed, their requests, and what becomes of failures."""
    if sys.platform != "linux":
        raise OptionError("bench batch: looks at processes as Linux shows them; use Linux")
    from foveate_research.bench.batch.proxy import Weather
    from foveate_research.bench.batch.record import batch_record
    from foveate_research.bench.batch.store_server import server_program
    from foveate_research.coders.scenes import scene_files

    results.refuse()
    program = server_program(server)
    files = [] if images is None else scene_files(images, fixations=(), masks=None, count=None)
    with progress(6) as tick:
        record = batch_record(
            program,
            count=count,
            images=[scene.picture for scene in files],
            weather=Weather(failing=failing, delay_s=delay / 1000, seed=seed),
            tick=tick,
        )
    results.publish(record, show)


def show(record: Mapping[str, Any]) -> None:
    """The requests of both jobs, a kind a row, and the figures, a line each."""
    store, disturbed, checked = (record[n] for n in ("store", "disturbed", "checked"))
    jobs = {"store": store, "disturbed": disturbed}
    kinds = sorted({kind for job in jobs.values() for kind in job["requests_a_picture"]})
    cells: Cells = [
        (kind, {n: f"{job['requests_a_picture'].get(kind, 0):.3f}" for n, job in jobs.items()})
        for kind in kinds
    ]
    print_cells("requests a picture", cells, {"store": "undisturbed", "disturbed": "disturbed"})
    print_notes(
        [
            f"{record['folders']['pictures_a_second']} pictures a second from folder to folder"
            f" with one process, {store['pictures_a_second']} from store to store",
            f"disturbed: {sum(disturbed['failures'].values())} requests failed,"
            f" {disturbed['workers_killed']} workers and {disturbed['runs_killed']} run killed,"
            f" {disturbed['seconds']} s",
            f"{checked['results']} results: {checked['lost']} lost,"
            f" {checked['told_as_done_twice']} told as done twice,"
            f" {checked['other_bytes']} of {checked['compared']} with other bytes",
        ]
    )
