"""`foveate service` as a process of its own: started, looked at from outside, and stopped."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foveate.errors import FoveateError
from foveate_research.bench.processes import children

KEY, SALT = "5f" * 32, "a1" * 32
_LONGEST_STOP = 60.0


@dataclass(frozen=True)
class Running:
    """The service. port: where it listens on 127.0.0.1."""

    process: subprocess.Popen[str]
    port: int

    def workers(self) -> list[int]:
        """The numbers of its processes that render, as Linux lists them."""
        return children(self.process.pid)

    def held(self) -> dict[str, int]:
        """How many processes there are, open handles of the first one, and memory of each kind."""
        first, workers = self.process.pid, self.workers()
        return {
            "processes": 1 + len(workers),
            "handles": len(os.listdir(f"/proc/{first}/fd")),
            "front_mb": _memory(first),
            "largest_worker_mb": max(map(_memory, workers), default=0),
        }

    def stop(self) -> dict[str, float | int]:
        """Asks it to end by SIGTERM: its exit status, and how many seconds that took.

        Raises FoveateError where processes are left.
        """
        workers = self.workers()
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(_LONGEST_STOP)
        took = time.monotonic() - began
        left = [number for number in workers if Path(f"/proc/{number}").exists()]
        return {"exit_status": status, "seconds": round(took, 2), "processes_left": len(left)}


@contextlib.contextmanager
def running(folder: Path, options: list[str]) -> Iterator[Running]:
    """The service of a folder while the block lasts. Raises FoveateError where it cannot start."""
    words = [sys.executable, "-m", "foveate", "service", "--port", "0", "--root", str(folder)]
    keys = {"FOVEATE_SERVICE_KEYS": KEY, "FOVEATE_SERVICE_SALTS": SALT}
    process = subprocess.Popen(
        [*words, "--no-log", *options],
        env={**os.environ, **keys, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r":(\d+)/", line)
        if found is None:
            raise FoveateError("the service did not start; 'foveate service' says why")
        yield Running(process, int(found[1]))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _memory(number: int) -> int:
    """The memory of a process that is its own, in MB; 0 where it is gone."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1000
    return 0
