"""What a worker of the service does: it calls the functions that it is sent."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from foveate.service.refusals import RefusedError

Job = tuple[Callable[..., Any], tuple[Any, ...]]


def serve(tasks: Connection, answers: Connection) -> None:
    """Imports a module that is named first, then does one job after the other."""
    importlib.import_module(tasks.recv())
    while True:
        job: Job = tasks.recv()
        answers.send(_answer(job))


def _answer(job: Job) -> tuple[bool, Any]:
    """Whether the function gave a value, and the value or what it raised."""
    function, arguments = job
    try:
        return True, function(*arguments)
    except RefusedError as error:
        return False, error
    except MemoryError:
        return False, RefusedError(422, "the picture takes more memory than there is")
    except Exception as error:  # a fault of ours, which must not end the worker
        return False, RefusedError(500, f"an error that was not foreseen: {type(error).__name__}")
