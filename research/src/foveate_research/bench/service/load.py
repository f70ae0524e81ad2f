"""Requests sent to the service: as fast as it answers, at a given rate, or while workers die."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from foveate_research.bench.service.client import Client
from foveate_research.bench.service.running import Running
from foveate_research.bench.service.traffic import Asked, is_busy

_KILLS_A_SECOND = 0.3
_DIED_TWICE = b"died twice"
_MOST_SHOWN = 10


async def fastest(port: int, paths: Sequence[str], *, connections: int, seconds: float) -> float:
    """Answers a second, with so many requests open all the time."""
    client = Client(port)
    order = itertools.cycle(paths)
    end = time.perf_counter() + seconds
    done = 0

    async def ask() -> None:
        nonlocal done
        while time.perf_counter() < end:
            answer = await client.get(next(order))
            assert answer.status == 200, answer.body
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(connections)))
    took = time.perf_counter() - began
    await client.close()
    return done / took


async def at_rate(
    port: int, paths: Sequence[str], *, rate: float, seconds: float, seed: int
) -> dict[str, Any]:
    """How long answers take, in ms, when requests come at random, so many a second on average."""
    client = Client(port)
    rng = random.Random(seed)
    waited: list[float] = []
    statuses: Counter[int] = Counter()

    async def ask(path: str) -> None:
        answer = await client.get(path)
        statuses[answer.status] += 1
        if answer.status == 200:
            waited.append(1000 * answer.seconds)

    began = time.perf_counter()
    due = 0.0
    asked: list[asyncio.Task[None]] = []
    while due < seconds:
        due += rng.expovariate(rate)
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        asked.append(asyncio.create_task(ask(rng.choice(paths))))
    await asyncio.gather(*asked)
    await client.close()
    waited.sort()
    points = {
        name: round(waited[min(len(waited) - 1, int(share * len(waited)))], 1)
        for name, share in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99))
    }
    return {
        "rate": round(rate, 1),
        "requests": sum(statuses.values()),
        **points,
        "most_ms": round(waited[-1], 1),
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
    }


@dataclass
class Outcome:
    """What became of mixed requests."""

    kinds: dict[str, Counter[int]] = field(default_factory=dict)
    wrong_bytes: int = 0
    unstated: list[str] = field(default_factory=list)
    died_twice: int = 0
    retried: int = 0
    killed: int = 0
    samples: list[dict[str, int]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        kinds = {
            kind: {str(status): number for status, number in sorted(of.items())}
            for kind, of in sorted(self.kinds.items())
        }
        return {
            "wrong_bytes": self.wrong_bytes,
            "unstated_statuses": len(self.unstated),
            "unstated": self.unstated[:_MOST_SHOWN],
            "died_twice": self.died_twice,
            "asked_again": self.retried,
            "workers_killed": self.killed,
            "statuses": kinds,
            "held": self.samples,
        }


async def mixed_load(
    service: Running, requests: Sequence[Asked], *, connections: int, seed: int
) -> Outcome:
    """All requests, with so many open at once, while processes that render are killed at random.

    Where the service asks to try again, that is done. What the service holds is looked at ten
    times.
    """
    client = Client(service.port)
    outcome = Outcome()
    left = iter(requests)
    every = max(1, len(requests) // 10)
    done = 0

    async def ask() -> None:
        nonlocal done
        for request in left:
            await _asked(client, request, outcome)
            done += 1
            if done % every == 0:
                outcome.samples.append({"requests": done, **service.held()})

    killer = asyncio.create_task(_kill(service, outcome, random.Random(seed)))
    try:
        await asyncio.gather(*(ask() for _ in range(connections)))
    finally:
        killer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killer
        await client.close()
    return outcome


async def _asked(client: Client, request: Asked, outcome: Outcome) -> None:
    answer = await client.get(request.path)
    while is_busy(answer.status) and answer.retry_after:
        outcome.retried += 1
        await asyncio.sleep(0.5)
        answer = await client.get(request.path)
    outcome.kinds.setdefault(request.kind, Counter())[answer.status] += 1
    if answer.status == 500 and _DIED_TWICE in answer.body:  # stated: both were killed here
        outcome.died_twice += 1
    elif not request.is_stated(answer.status):
        said = answer.body[:200].decode(errors="replace").strip()
        outcome.unstated.append(f"{request.kind}: {answer.status} {said}")
    elif request.body is not None and answer.body != request.body:
        outcome.wrong_bytes += 1


async def _kill(service: Running, outcome: Outcome, rng: random.Random) -> None:
    while True:
        await asyncio.sleep(rng.expovariate(_KILLS_A_SECOND))
        workers = service.workers()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(workers), signal.SIGKILL)
                outcome.killed += 1
