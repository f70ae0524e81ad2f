"""Processes that do pictures side by side, from the end that hands out the tasks."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from pathlib import Path

from foveate.cli.batch.task import Asked, Done, Task
from foveate.errors import FoveateError, printable
from foveate.workers import Died, side_by_side

_BYTES_A_PROCESS = 1 << 30
"""What a process takes for a photo of some 20 megapixels."""
_HANDLES_A_PROCESS = 4
_HANDLES_IN_USE = 16
_PICTURES_A_PROCESS = 8
"""Fewer pictures do not repay the start of another process."""


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
    answers = side_by_side("foveate.cli.batch.worker", (asked, key), iter(tasks), processes)
    with contextlib.closing(answers):
        for task, answer in answers:
            yield task, _death(task, answer) if isinstance(answer, Died) else answer


def _death(task: Task, died: Died) -> FoveateError:
    return FoveateError(
        f"{printable(task.source)}: its process ended {died.how}, for want of memory perhaps; "
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
