"""Processes that do pictures side by side, from the end that hands out the tasks."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from foveate.cli.batch.task import Asked, Done, Task
from foveate.errors import FoveateError, printable

_START = "import sys; sys.path[:] = {path!r}; import foveate.cli.batch.worker as w; w.serve({us})"
_BYTES_A_PROCESS = 1 << 30
"""What a process takes for a photo of some 20 megapixels."""
_HANDLES_A_PROCESS = 4
_HANDLES_IN_USE = 16
_PICTURES_A_PROCESS = 8
"""Fewer pictures do not repay the start of another process."""


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    tasks: Connection
    answers: Connection
    task: Task | None = None

    def end(self) -> None:
        """Kills the process: it holds nothing that is not on the disk, whole, already."""
        for end in (self.tasks, self.answers):
            with contextlib.suppress(OSError):
                end.close()
        self.process.kill()
        self.process.wait()


def number_of_processes(asked: int | None, pictures: int, threads: int) -> int:
    """How many processes to use for so many pictures and threads in all.

    What is asked is kept, up to a process for each thread and picture; by default memory and
    file handles bound it too, and few pictures are done by one process.
    """
    if asked is not None:
        return max(1, min(asked, pictures, threads))
    return max(1, min(threads, pictures // _PICTURES_A_PROCESS, _by_memory(), _by_handles()))


def done_side_by_side(
    tasks: Sequence[Task], asked: Asked, key: str, processes: int
) -> Generator[tuple[Task, Done | Exception], None, None]:
    """Each task with what became of it, in the order in which they end.

    When the generator is closed, the processes are gone. Raises OSError where none can be started.
    """
    waiting = list(reversed(tasks))
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.task for worker in workers):
            busy = sum(worker.task is not None for worker in workers)
            _fill_up(workers, min(processes, len(waiting) + busy), asked, key)
            for worker in workers:
                if worker.task is None and waiting:
                    worker.task = waiting.pop()
                    with contextlib.suppress(OSError):  # it died, which its answer will tell
                        worker.tasks.send(worker.task)
            ready = wait([worker.answers for worker in workers if worker.task])
            for worker in [worker for worker in workers if worker.answers in ready]:
                task, worker.task = worker.task, None
                assert task is not None
                try:
                    answer: Done | Exception = worker.answers.recv()
                except (EOFError, OSError):
                    worker.process.wait()
                    workers.remove(worker)
                    answer = _death(task, worker.process.returncode)
                yield task, answer
    finally:
        for worker in workers:
            worker.end()


def _fill_up(workers: list[_Worker], number: int, asked: Asked, key: str) -> None:
    """Starts processes up to a number, or fewer where the system gives no more."""
    while len(workers) < number:
        try:
            workers.append(_started(asked, key))
        except OSError:
            if not workers:
                raise
            return


def _started(asked: Asked, key: str) -> _Worker:
    code = _START.format(path=sys.path, us=os.getpid())
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
    worker = _Worker(
        process,
        Connection(os.dup(process.stdin.fileno()), readable=False),
        Connection(os.dup(process.stdout.fileno()), writable=False),
    )
    process.stdin.close()
    process.stdout.close()
    with contextlib.suppress(OSError):
        worker.tasks.send((asked, key))
    return worker


def _death(task: Task, code: int | None) -> FoveateError:
    why = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
    return FoveateError(
        f"{printable(task.source)}: its process ended {why}, for want of memory perhaps; "
        "try it alone, or with --jobs 1"
    )


def _by_memory() -> int:
    """How many processes memory has room for; many where that is not known."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return 1 << 10
    return free * 1024 // _BYTES_A_PROCESS


def _by_handles() -> int:
    try:
        import resource
    except ImportError:
        return 1 << 10
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return 1 << 10
    return (most - _HANDLES_IN_USE) // _HANDLES_A_PROCESS
