"""A process that renders the same pictures as the service, without the service."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

from foveate.service.rendering import rendered


def serve(tasks: Connection, answers: Connection) -> None:
    """Each task is a list of rendered()'s arguments and for how long: answers pictures a second.

    Seconds of 0 ask for the files instead, each rendered once.
    """
    while True:
        jobs, seconds = tasks.recv()
        if not seconds:
            answers.send([rendered(*job).data for job in jobs])
            continue
        began = time.perf_counter()
        done = 0
        while (took := time.perf_counter() - began) < seconds:
            rendered(*jobs[done % len(jobs)])
            done += 1
        answers.send(done / took)
