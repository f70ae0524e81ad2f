"""What the workers of tests do: numbers are multiplied, and one word ends the process."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection


def serve(tasks: Connection, answers: Connection) -> None:
    factor: int = tasks.recv()
    while True:
        task = tasks.recv()
        if task == "die":
            os._exit(3)
        answers.send((os.getpid(), factor * task))
