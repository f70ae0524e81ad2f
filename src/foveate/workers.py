"""Processes that work for this one: what they are to do goes in by a pipe, and answers come back.

A worker ends when this process closes its pipe or dies. What libraries print does not get among the
answers, and the terminal's signals do not reach it.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

_START = "import sys; sys.path[:] = {path!r}; import foveate.workers as w; w.run({module!r}, {us})"

Task = TypeVar("Task")


@dataclass
class Worker:
    """A process, and both ends of its pipes that are here: values sent and answers received."""

    process: subprocess.Popen[bytes]
    tasks: Connection
    answers: Connection
    fresh: bool = True

    def send(self, value: Any) -> None:
        """Sends a value; where the process died, its answer will tell."""
        with contextlib.suppress(OSError):
            self.tasks.send(value)

    def end(self) -> None:
        """Kills the process: it holds nothing that is not on the disk, whole, already."""
        for end in (self.tasks, self.answers):
            with contextlib.suppress(OSError):
                end.close()
        self.process.kill()
        self.process.wait()


def started(module: str) -> Worker:
    """A process that runs `serve(tasks, answers)` of a module.

    Raises OSError: the system gives no process, or is Windows, whose pipes are of another kind.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "worker processes need Linux or macOS")
    code = _START.format(path=sys.path, module=module, us=os.getpid())
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**alone, **os.environ},
        start_new_session=True,  # the terminal's signals are for this process alone
    )
    assert process.stdin is not None
    assert process.stdout is not None
    worker = Worker(
        process,
        Connection(os.dup(process.stdin.fileno()), readable=False),
        Connection(os.dup(process.stdout.fileno()), writable=False),
    )
    process.stdin.close()
    process.stdout.close()
    return worker


@dataclass(frozen=True)
class Died:
    """What a worker answers that ended: how it ended, in words."""

    how: str


def side_by_side(
    module: str, first: Any, tasks: Iterator[Task], processes: int
) -> Generator[tuple[Task, Any], None, None]:
    """Each task with a worker's answer to it, or that it died, in the order in which they end.

    module: what a worker runs. first: what each is sent before its tasks. When the generator is
    closed, the processes are gone. Raises OSError where none can be started.
    """
    waiting: list[Task] = []
    idle: list[Worker] = []
    busy: dict[Connection, tuple[Worker, Task]] = {}
    try:
        while True:
            while len(busy) < processes:
                waiting += () if waiting else itertools.islice(tasks, 1)
                if not waiting:
                    break
                try:
                    worker = idle.pop() if idle else started(module)
                except OSError:
                    if not busy:
                        raise
                    processes = len(busy)  # the system gives no more
                    break
                if worker.fresh:
                    worker.fresh = False
                    worker.send(first)
                task = waiting.pop()
                worker.send(task)
                busy[worker.answers] = (worker, task)
            if not busy:
                return
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                worker, task = busy.pop(ready)
                try:
                    answer = worker.answers.recv()
                except (EOFError, OSError):
                    code = worker.process.wait()
                    worker.end()
                    how = f"by signal {-code}" if code < 0 else f"with code {code}"
                    yield task, Died(how)
                else:
                    idle.append(worker)
                    yield task, answer
    finally:
        for worker in (*idle, *(worker for worker, _ in busy.values())):
            worker.end()


def run(module: str, parent: int) -> None:
    """What the process does. parent: the number of the process that started it."""
    tasks, answers = _pipes()
    _end_with(parent)
    with contextlib.suppress(EOFError, OSError):  # the other end is closed
        importlib.import_module(module).serve(tasks, answers)


def _pipes() -> tuple[Connection, Connection]:
    """Both pipes under numbers of their own: what a library prints must not get among answers."""
    pipes = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return pipes


def _end_with(parent: int) -> None:
    """Lets the system end this process as soon as the other one has died."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # linux/prctl.h, PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()
