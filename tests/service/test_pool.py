"""Processes of the image service: replaced when they die or hang, and never asked for too much."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pool_jobs
import pytest

from foveate.service.pool import Pool
from foveate.service.refusals import RefusedError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent")


def with_pool(
    work: Callable[[Pool], Awaitable[Any]],
    *,
    processes: int = 1,
    waiting: int = 4,
    memory: int | None = None,
) -> Any:
    """What a coroutine gives that is given a pool; no process is left afterwards."""

    async def run() -> Any:
        pool = Pool(processes, waiting, "pool_jobs", memory=memory)
        try:
            return await asyncio.wait_for(work(pool), 60)
        finally:
            pids = pool.pids
            await pool.drain(0)
            assert not any(is_there(pid) for pid in pids)

    return asyncio.run(run())


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_is_started_once_and_works_on() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        pids = {await pool.run(pool_jobs.process, seconds=30) for _ in range(3)}
        assert pids == set(pool.pids)
        assert await pool.run(pool_jobs.double, 21, seconds=30) == 42
        with pytest.raises(RefusedError, match="not foreseen: ValueError") as error:
            await pool.run(pool_jobs.fail, seconds=30)
        assert error.value.status == 500
        assert set(pool.pids) == pids
        assert pool.counts.replaced == 0

    with_pool(work)


def test_a_process_that_died_is_replaced_and_its_job_done(tmp_path: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        os.kill(pool.pids[0], signal.SIGKILL)
        assert await pool.run(pool_jobs.double, 2, seconds=30) == 4
        assert await pool.run(pool_jobs.die_once, str(tmp_path / "m"), seconds=30) == "alive"
        with pytest.raises(RefusedError, match="died twice") as error:
            await pool.run(pool_jobs.die, seconds=30)
        assert error.value.status == 500
        assert await pool.run(pool_jobs.double, 3, seconds=30) == 6
        assert pool.counts.replaced == 4
        assert len(pool.pids) == 1

    with_pool(work)


def test_a_process_that_hangs_is_killed_at_the_deadline() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        hung = pool.pids[0]
        began = time.monotonic()
        with pytest.raises(RefusedError, match="takes too long") as error:
            await pool.run(pool_jobs.sleep, 60.0, seconds=0.2)
        assert error.value.status == 504
        assert time.monotonic() - began < 30
        assert not is_there(hung)
        assert await pool.run(pool_jobs.double, 2, seconds=30) == 4

    with_pool(work)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
def test_a_process_that_has_grown_makes_room_for_a_new_one() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        (first,) = pool.pids
        assert await pool.run(pool_jobs.keep, 1000, seconds=30) == first
        assert await pool.run(pool_jobs.keep, 200 << 20, seconds=30) == first
        assert pool.pids == []
        assert await pool.run(pool_jobs.process, seconds=30) != first
        assert (pool.counts.recycled, pool.counts.replaced) == (1, 0)

    with_pool(work, memory=200 << 20)


def test_a_process_that_has_done_enough_makes_room_for_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("foveate.service.pool._JOBS_A_WORKER", 3)

    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        pids = [await pool.run(pool_jobs.process, seconds=30) for _ in range(3)]
        assert pids[0] == pids[1] != pids[2]
        assert (pool.counts.recycled, pool.counts.replaced) == (1, 0)

    with_pool(work)


def test_what_waits_is_bounded_and_given_up_by_those_who_leave() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        first = asyncio.create_task(pool.run(pool_jobs.sleep, 0.6, seconds=30))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(pool.run(pool_jobs.double, 1, seconds=30))
        await asyncio.sleep(0.01)
        assert (pool.counts.busy, pool.counts.waiting) == (1, 1)
        with pytest.raises(RefusedError, match="wait already") as error:
            await pool.run(pool_jobs.double, 1, seconds=30)
        assert (error.value.status, error.value.retry_after) == (503, 1)
        second.cancel()
        await asyncio.sleep(0.01)
        assert pool.counts.waiting == 0
        third = asyncio.create_task(pool.run(pool_jobs.double, 5, seconds=30))
        assert await first == "awake"
        assert await third == 10
        assert (pool.counts.busy, pool.counts.waiting, pool.counts.refused) == (0, 0, 1)

    with_pool(work, waiting=1)


def test_a_pool_that_drains_finishes_what_it_has_and_takes_nothing() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        running = asyncio.create_task(pool.run(pool_jobs.sleep, 0.3, seconds=30))
        await asyncio.sleep(0.1)
        draining = asyncio.create_task(pool.drain(30))
        await asyncio.sleep(0.01)
        with pytest.raises(RefusedError, match="being stopped"):
            await pool.run(pool_jobs.double, 1, seconds=30)
        assert await running == "awake"
        await draining
        assert pool.pids == []

    with_pool(work)


def test_a_pool_that_drains_does_what_waits_in_the_processes_that_it_has() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        (only,) = pool.pids
        running = asyncio.create_task(pool.run(pool_jobs.sleep, 0.2, seconds=30))
        waiting = asyncio.create_task(pool.run(pool_jobs.process, seconds=30))
        await asyncio.sleep(0.05)
        await pool.drain(30)
        assert (await running, await waiting) == ("awake", only)

    with_pool(work)


def test_a_job_whose_process_is_ended_with_the_pool_starts_no_other() -> None:
    async def work(pool: Pool) -> None:
        await pool.start(pool_jobs.double, 1)
        running = asyncio.create_task(pool.run(pool_jobs.sleep, 30.0, seconds=30))
        while not pool.counts.busy:
            await asyncio.sleep(0.01)
        await pool.drain(0)
        with pytest.raises(RefusedError, match="being stopped"):
            await running
        assert pool.pids == []

    with_pool(work)
