"""The record of a load test: throughput beside the encoder alone, waiting, and mixed requests."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from foveate.pictures import Limits
from foveate.service.configuration import Configuration
from foveate.workers import Worker, started
from foveate_research.bench.service.load import at_rate, fastest, mixed_load
from foveate_research.bench.service.origin import Origin
from foveate_research.bench.service.running import KEY, SALT, Running, running
from foveate_research.bench.service.traffic import Job, mixed, thumbnails
from foveate_research.bench.timing import drawn
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "starlette", "uvicorn")
SHARE_OF_LOAD = 0.8
_SIDES = (480, 640)
_ROUNDS = 5
_OPEN_A_WORKER = 3
_SECONDS = 5.0
"""How long a request of the mixed load may take: slow sites hold a reader for as long."""


def service_record(
    images: Sequence[Path],
    *,
    workers: int,
    requests: int,
    seconds: float,
    seed: int = 0,
    tick: Tick = ignore,
) -> dict[str, Any]:
    """The record.

    images: pictures to serve; some are drawn where there are none. workers: processes that render.
    requests: how many the mixed load has. seconds: how long each measurement of speed takes.

    Raises FoveateError where the service does not start.
    """
    with tempfile.TemporaryDirectory(prefix="foveate-bench-") as name:
        folder = Path(name)
        pictures = _pictures(folder, images)
        measured = asyncio.run(_measured(folder, pictures, workers, requests, seconds, seed, tick))
    return head(PACKAGES) | {
        "workers": workers,
        "pictures": len(pictures),
        "seed": seed,
        **measured,
    }


async def _measured(
    folder: Path,
    pictures: Sequence[Path],
    workers: int,
    requests: int,
    seconds: float,
    seed: int,
    tick: Tick,
) -> dict[str, Any]:
    set_up = Configuration.gathered(
        {"root": str(folder), "keys": KEY, "salts": SALT, "seconds": _SECONDS}, environment={}
    )
    limits: Limits = set_up.limits
    jobs = thumbnails(pictures, set_up.usual, limits)
    async with Origin(folder) as origin:
        site = f"http://127.0.0.1:{origin.port}/"
        options = ["--source", site, "--allow-private", "--workers", str(workers)]
        with running(folder, [*options, "--seconds", f"{_SECONDS:g}"]) as service:
            speed, good = await _speed(service, jobs, workers, seconds, tick)
            waiting = await at_rate(
                service.port,
                list(jobs),
                rate=SHARE_OF_LOAD * speed["service_median"],
                seconds=2 * seconds,
                seed=seed,
            )
            tick("waiting")
            asked = mixed(requests, good, folder, site, seed=seed)
            before = service.held()
            outcome = await mixed_load(
                service, asked, connections=_OPEN_A_WORKER * workers, seed=seed
            )
            tick("mixed")
            await _whole_again(service, workers)
            mixed_told = {"requests": requests, **outcome.to_dict()}
            held = {"before": before, "after": service.held()}
            stopped = await asyncio.to_thread(service.stop)
    return {
        "throughput": speed,
        "at_80_percent_load": waiting,
        "mixed": {**mixed_told, **held},
        "stopped": stopped,
    }


async def _speed(
    service: Running, jobs: dict[str, Job], workers: int, seconds: float, tick: Tick
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Pictures a second through the service and without it, in turn; and all files."""
    alone = [started("foveate_research.bench.service.alone") for _ in range(workers)]
    served: list[float] = []
    direct: list[float] = []
    try:
        (files,) = await _all_answer(alone[:1], list(jobs.values()), 0.0)
        await _all_answer(alone, list(jobs.values()), 0.5)  # none is cold
        for _ in range(_ROUNDS):
            served.append(
                await fastest(
                    service.port,
                    list(jobs),
                    connections=_OPEN_A_WORKER * workers,
                    seconds=seconds / _ROUNDS,
                )
            )
            rates = await _all_answer(alone, list(jobs.values()), seconds / _ROUNDS)
            direct.append(sum(rates))
        tick("throughput")
    finally:
        for worker in alone:
            worker.end()
    ratios = [one / other for one, other in zip(served, direct, strict=True)]
    told = {
        "service_median": round(statistics.median(served), 1),
        "alone_median": round(statistics.median(direct), 1),
        "ratio_median": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }
    return told, dict(zip(jobs, files, strict=True))


async def _all_answer(workers: Sequence[Worker], jobs: list[Job], seconds: float) -> list[Any]:
    for worker in workers:
        worker.send((jobs, seconds))
    return [await asyncio.to_thread(worker.answers.recv) for worker in workers]


async def _whole_again(service: Running, workers: int) -> None:
    """Waits until the last process that was killed is replaced, which the next request does."""
    for _ in range(50):
        if len(service.workers()) == workers:
            return
        await asyncio.sleep(0.1)


def _pictures(folder: Path, images: Sequence[Path]) -> list[Path]:
    """The pictures that are served, as JPEG files in a folder, at most 640 pixels wide."""
    made: list[Path] = []
    for number in range(len(images) or 8):
        path = folder / f"picture-{number}.jpg"
        if images:
            with Image.open(images[number]) as opened:
                shown = opened.convert("RGB")
        else:
            shown = Image.fromarray(drawn(*_SIDES, seed=number))
        shown.thumbnail((640, 640))
        shown.save(path, quality=90)
        made.append(path)
    return made
