"""The process that does pictures for another one: tasks come in, what became of them goes out.

It is started by `foveate.cli.batch.workers`.
"""

from __future__ import annotations

from multiprocessing.connection import Connection

from foveate.cli.batch.task import Asked, Done, Task, do
from foveate.errors import FoveateError

Answer = Done | Exception


def serve(tasks: Connection, answers: Connection) -> None:
    """Does one task after the other, until the other end is closed."""
    asked: Asked
    key: str
    asked, key = tasks.recv()
    while True:
        task: Task = tasks.recv()
        answers.send(_answer(task, asked, key))


def _answer(task: Task, asked: Asked, key: str) -> Answer:
    try:
        return do(task, asked, key)
    except FoveateError as error:
        return FoveateError(str(error))  # some of its kinds cannot be sent
    except MemoryError:
        return MemoryError()
