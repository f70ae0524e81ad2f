"""A thread that does one job after another, and gives up those that nobody waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from foveate.deadline import check_time, while_wanted

Value = TypeVar("Value")


@dataclass(eq=False)
class Job(Generic[Value]):
    """Work that a thread will do; `drop` tells that nobody waits for it any more."""

    work: Callable[[], Value]
    future: Future[Value] = field(default_factory=Future)
    unwanted: threading.Event = field(default_factory=threading.Event)

    def drop(self) -> None:
        self.unwanted.set()

    def run(self) -> None:
        try:
            with while_wanted(lambda: not self.unwanted.is_set()):
                check_time()
                self.future.set_result(self.work())
        except Exception as error:
            self.future.set_exception(error)


class Worker:
    """One thread. It never keeps the process from ending."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Job[Any]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def start(self, work: Callable[[], Value]) -> Job[Value]:
        """Puts work at the end of the queue."""
        job = Job(work)
        self._jobs.put(job)
        return job

    def _run(self) -> None:
        while True:
            self._jobs.get().run()
