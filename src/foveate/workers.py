"""Processes that work for this one: what they are to do goes in by a pipe, and answers come back.

A worker ends when this process closes its pipe or dies. What libraries print does not get among the
answers, and the terminal's signals do not reach it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

_START = "import sys; sys.path[:] = {path!r}; import foveate.workers as w; w.run({module!r}, {us})"


@dataclass
class Worker:
    """A process, and both ends of its pipes that are here: values sent and answers received."""

    process: subprocess.Popen[bytes]
    tasks: Connection
    answers: Connection

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
    """A process that runs `serve(tasks, answers)` of a module. Raises OSError."""
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
