"""`foveate bench service`: the image service under load."""

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

foveate bench service --save results/service.json

foveate bench service --images kodak --workers 1 --requests 1000 --seconds 5

Throughput is of thumbnails, beside the same processes without the service; then come waiting at
80 % of that load, and mixed requests while processes are killed: wrong bytes and statuses that
docs/service.md does not state must be 0. Runs on Linux. Needs foveate's extra service:
pip install 'foveate\[service]'
"""


def service(
    *,
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Pictures to serve (default: drawn).")
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Processes that render; leave one processor to the rest."
        ),
    ] = 1,
    requests: Annotated[
        int, typer.Option(min=100, max=1_000_000, metavar="N", help="Requests of the mixed load.")
    ] = 10_000,
    seconds: Annotated[
        float, typer.Option(min=1, max=600, metavar="S", help="How long speed is measured.")
    ] = 20.0,
    results: Results,
) -> None:
    """The image service under load: its speed, its waiting, and what it answers to bad requests."""
    if sys.platform != "linux":
        raise OptionError("bench service: looks at processes as Linux shows them; use Linux")
    from foveate_research.bench.service.record import service_record
    from foveate_research.coders.scenes import scene_files

    results.refuse()
    files = [] if images is None else scene_files(images, fixations=(), masks=None, count=24)
    with progress(3) as tick:
        record = service_record(
            [scene.picture for scene in files],
            workers=workers,
            requests=requests,
            seconds=seconds,
            tick=tick,
        )
    results.publish(record, show)


def show(record: Mapping[str, Any]) -> None:
    """The figures, a line each, and a table of the mixed requests."""
    speed, waiting, mixed = (record[n] for n in ("throughput", "at_80_percent_load", "mixed"))
    cells: Cells = [
        (kind, {str(status): str(number) for status, number in of.items()})
        for kind, of in mixed["statuses"].items()
    ]
    columns = {status: status for status in sorted({key for _, row in cells for key in row})}
    print_cells("request", cells, columns)
    print_notes(
        [
            f"{speed['service_median']} pictures a second through the service,"
            f" {speed['alone_median']} without it: {speed['ratio_median']:.1%}",
            f"at 80 % of that load half the answers took {waiting['p50_ms']} ms or less,"
            f" 99 % took {waiting['p99_ms']} ms or less",
            f"{mixed['requests']} mixed requests: {mixed['wrong_bytes']} wrong bytes,"
            f" {mixed['unstated_statuses']} statuses that are not stated,"
            f" {mixed['workers_killed']} processes killed,"
            f" {mixed['died_twice']} requests whose process was killed twice",
        ]
    )
