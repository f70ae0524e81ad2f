"""What the workers of tests do: numbers are multiplied, and words do what they say."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection


def serve(tasks: Connection, answers: Connection) -> None:
    factor: int = tasks.recv()
    while True:
        task = tasks.recv()
        if task == "die":
            os._exit(3)
        if task == "be killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "print":
            print("among the answers?", flush=True)
            os.write(1, b"among the answers?")
        if task == "tell":
            answers.send((os.getsid(0), os.environ["OMP_NUM_THREADS"]))
            continue
        answers.send((os.getpid(), factor * task))
