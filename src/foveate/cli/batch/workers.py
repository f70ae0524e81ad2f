"""Processes that do pictures side by side, from the end that hands out the tasks."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from foveate.cli.batch.task import Asked, Done, Task
from foveate.errors import FoveateError, printable
from foveate.workers import Worker, started

_BYTES_A_PROCESS = 1 << 30
"""What a process takes for a photo of some 20 megapixels."""
_HANDLES_A_PROCESS = 4
_HANDLES_IN_USE = 16
_PICTURES_A_PROCESS = 8
"""Fewer pictures do not repay the start of another process."""


@dataclass
class _Busy:
    """A worker and the task that it was given."""

    worker: Worker
    task: Task | None = None


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
    workers: list[_Busy] = []
    try:
        while waiting or any(each.task for each in workers):
            busy = sum(each.task is not None for each in workers)
            _fill_up(workers, min(processes, len(waiting) + busy), asked, key)
            for each in workers:
                if each.task is None and waiting:
                    each.task = waiting.pop()
                    each.worker.send(each.task)
            ready = wait([each.worker.answers for each in workers if each.task])
            for each in [each for each in workers if each.worker.answers in ready]:
                task, each.task = each.task, None
                assert task is not None
                try:
                    answer: Done | Exception = each.worker.answers.recv()
                except (EOFError, OSError):
                    each.worker.process.wait()
                    workers.remove(each)
                    answer = _death(task, each.worker.process.returncode)
                yield task, answer
    finally:
        for each in workers:
            each.worker.end()


def _fill_up(workers: list[_Busy], number: int, asked: Asked, key: str) -> None:
    """Starts processes up to a number, or fewer where the system gives no more."""
    while len(workers) < number:
        try:
            workers.append(_started(asked, key))
        except OSError:
            if not workers:
                raise
            return


def _started(asked: Asked, key: str) -> _Busy:
    worker = started("foveate.cli.batch.worker")
    worker.send((asked, key))
    return _Busy(worker)


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
