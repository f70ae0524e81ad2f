"""Processes that render pictures for the service: as many as are wanted, and a bounded queue.

One picture is rendered by one process, which has loaded its network already. A process that dies
is replaced, and its job is tried once more; one that does not answer in time is killed.
"""

from __future__ import annotations

import asyncio
import math
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.service.refusals import RefusedError
from foveate.workers import Worker, started

_JOBS_A_WORKER = 2000
"""After so many jobs a process makes room for a new one: what libraries lose of memory returns."""
_GRACE_SECONDS = 1.0
"""How much longer than its job may take a process is waited for: it ends most jobs by itself."""


@dataclass
class _Place:
    """A job's place in the queue: whether it has begun, and whether nobody waits for it."""

    begun: bool = False
    gone: bool = False


@dataclass
class Counts:
    """What happened in a pool so far, and what happens now."""

    busy: int = 0
    waiting: int = 0
    replaced: int = 0
    recycled: int = 0
    refused: int = 0


class Pool:
    """Processes, each with one job at a time.

    Args:
        processes: how many there are.
        waiting: how many jobs may wait for one.
        module: what a process imports before its first job.
        memory: bytes that a process may hold after a job; one that holds more makes room for a new
            one, where the system tells.
    """

    def __init__(
        self, processes: int, waiting: int, module: str, *, memory: int | None = None
    ) -> None:
        self.processes = processes
        self.counts = Counts()
        self._most_waiting = waiting
        self._module = module
        self._memory = memory
        self._idle: queue.SimpleQueue[tuple[Worker, int]] = queue.SimpleQueue()
        self._all: dict[int, Worker] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="foveate-pool")
        self._seconds = 0.1
        self._draining = False
        self._closed = False

    @property
    def draining(self) -> bool:
        """Whether no more jobs are taken."""
        return self._draining

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        with self._lock:
            return list(self._all)

    async def start(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Starts every process and has each do one job, so that none is cold. Raises OSError."""
        loop = asyncio.get_running_loop()
        ready = threading.Barrier(self.processes)

        def first() -> None:
            worker = self._new()
            ready.wait(60)  # every thread starts one
            self._ask(worker, function, arguments, math.inf)
            self._idle.put((worker, 1))

        await asyncio.gather(
            *(loop.run_in_executor(self._threads, first) for _ in range(self.processes))
        )

    async def run(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """What a top-level function gives in a process.

        Raises:
            RefusedError: 503 where too many wait or the pool drains, 504 where it takes longer
                than `seconds`, 500 where the process died twice; or what the function raised.
        """
        if self._draining:
            raise RefusedError(503, "the service is being stopped; try again", retry_after=2)
        counts = self.counts
        free = self.processes - counts.busy
        foretold = self._seconds * max(0, counts.waiting + 1 - free) / self.processes
        if counts.waiting >= self._most_waiting + max(0, free) or foretold > seconds:
            counts.refused += 1
            again = max(1, math.ceil(self._seconds * (counts.waiting + 1) / self.processes))
            raise RefusedError(
                503, f"{counts.waiting} pictures wait already; try again", retry_after=again
            )
        end = time.monotonic() + seconds
        counts.waiting += 1
        loop = asyncio.get_running_loop()
        place = _Place()
        future = loop.run_in_executor(self._threads, self._job, function, arguments, end, place)
        try:
            return await future
        finally:
            with self._lock:
                if not place.begun:  # the client went away before the job began
                    place.gone = True
                    counts.waiting -= 1

    async def drain(self, seconds: float) -> None:
        """Takes no more jobs, waits so long for those that are there, and ends all processes."""
        self._draining = True
        end = time.monotonic() + seconds
        while self.counts.busy + self.counts.waiting and time.monotonic() < end:
            await asyncio.sleep(0.02)
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            workers = list(self._all.values())
            self._all.clear()
        for worker in workers:
            worker.end()

    def _job(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        end: float,
        place: _Place,
    ) -> Any:
        """One job, in a thread that has a process to itself while it lasts."""
        with self._lock:
            if place.gone:
                return None
            place.begun = True
            self.counts.waiting -= 1
            self.counts.busy += 1
        started_at = time.monotonic()
        try:
            return self._tried(function, arguments, end)
        finally:
            took = time.monotonic() - started_at
            with self._lock:
                self.counts.busy -= 1
                self._seconds += 0.1 * (took - self._seconds)

    def _tried(self, function: Callable[..., Any], arguments: tuple[Any, ...], end: float) -> Any:
        for last in (False, True):
            if time.monotonic() > end:
                raise RefusedError(504, "the picture was not ready in time; try again")
            worker, jobs = (self._new(), 0) if last else self._taken()
            try:
                good, value = self._ask(worker, function, arguments, end)
            except (EOFError, OSError) as error:
                self._replace(worker)
                if last:
                    raise RefusedError(
                        500, "the process that renders died twice, for want of memory perhaps"
                    ) from error
                continue
            except _LateError as error:
                self._replace(worker)
                raise RefusedError(
                    504, "the picture takes too long; ask for a smaller one"
                ) from error
            self._give_back(worker, jobs + 1)
            if good:
                return value
            raise value
        raise AssertionError

    def _ask(
        self, worker: Worker, function: Callable[..., Any], arguments: tuple[Any, ...], end: float
    ) -> tuple[bool, Any]:
        """What the function gives. Raises EOFError or OSError where the process died."""
        worker.send((function, arguments))
        left = None if end == math.inf else max(0.0, end - time.monotonic()) + _GRACE_SECONDS
        if not worker.answers.poll(left):
            raise _LateError
        answer: tuple[bool, Any] = worker.answers.recv()
        return answer

    def _taken(self) -> tuple[Worker, int]:
        """An idle process that is alive, or a new one; and how many jobs it has done."""
        while True:
            try:
                worker, jobs = self._idle.get_nowait()
            except queue.Empty:
                return self._new(), 0
            if worker.process.poll() is None:
                return worker, jobs
            self._replace(worker)

    def _new(self) -> Worker:
        worker = started("foveate.service.working")
        worker.send(self._module)
        with self._lock:
            if not self._closed:
                self._all[worker.process.pid] = worker
                return worker
        worker.end()
        raise RefusedError(503, "the service is being stopped; try again", retry_after=2)

    def _give_back(self, worker: Worker, jobs: int) -> None:
        old = jobs >= _JOBS_A_WORKER or self._is_large(worker)
        if not old and not self._closed:
            self._idle.put((worker, jobs))
            return
        self._forget(worker)
        with self._lock:
            self.counts.recycled += old

    def _is_large(self, worker: Worker) -> bool:
        held = None if self._memory is None else resident_bytes(worker.process.pid)
        return held is not None and self._memory is not None and held > self._memory

    def _replace(self, worker: Worker) -> None:
        self._forget(worker)
        with self._lock:
            self.counts.replaced += 1

    def _forget(self, worker: Worker) -> None:
        with self._lock:
            self._all.pop(worker.process.pid, None)
        worker.end()


def resident_bytes(pid: int) -> int | None:
    """How much memory a process holds; None where the system does not tell (it is not Linux)."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class _LateError(Exception):
    """A process did not answer in time."""
