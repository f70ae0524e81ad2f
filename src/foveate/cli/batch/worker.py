"""The process that does pictures for another one: tasks come in through a pipe, results go out.

It is started by `foveate.cli.batch.workers`, and ends when that process closes the pipe or dies.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection

from foveate.cli.batch.task import Asked, Done, Task, do
from foveate.errors import FoveateError

Answer = Done | Exception


def serve(parent: int) -> None:
    """Does one task after the other. parent: the number of the process that sends them."""
    tasks, answers = _pipes()
    _end_with(parent)
    asked: Asked
    key: str
    try:
        asked, key = tasks.recv()
        while True:
            task: Task = tasks.recv()
            answers.send(_answer(task, asked, key))
    except (EOFError, OSError):  # the other end is closed
        pass


def _answer(task: Task, asked: Asked, key: str) -> Answer:
    try:
        return do(task, asked, key)
    except FoveateError as error:
        return FoveateError(str(error))  # some of its kinds cannot be sent
    except MemoryError:
        return MemoryError()


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
