"""One picture of a batch: read, compressed, and written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from foveate._compress import compress
from foveate.batch import marks
from foveate.batch.blocks import Task
from foveate.batch.claims import Claims
from foveate.batch.places import StoreError, failing, opened, refuse_no_key
from foveate.errors import FoveateError, TruncatedError
from foveate.pictures import Limits
from foveate.settings import Settings


@dataclass(frozen=True)
class Batch:
    """What all pictures of a run share. run: what it is called. job: what is asked, in digits."""

    source: str
    target: str
    settings: Settings
    limits: Limits
    run: str
    job: str
    overwrite: bool
    retries: int
    dead_after: float


class RefusedError(StoreError):
    """A result that was not written, since a file is there that no batch wrote."""


@dataclass(frozen=True)
class Answer:
    """What became of a picture: its record in the manifest, and how the mark of its block names it.

    kind: None where nothing is known for good, so that the next call tries it again.
    """

    record: dict[str, Any]
    kind: str | None


def serve(tasks: Connection, answers: Connection) -> None:
    """Does one picture after the other in a process of its own."""
    batch: Batch = tasks.recv()
    unit = Unit(batch)
    while True:
        answers.send(unit.do(tasks.recv()))


class Unit:
    """Does pictures of a batch, with both stores open."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._source = opened(batch.source, retries=batch.retries)
        self._target = opened(batch.target, make=True, retries=batch.retries)
        self._claims = Claims(self._target, batch.run, batch.dead_after)
        self._marks = marks.Marks(self._target)

    def do(self, task: Task) -> Answer:
        """Does a picture of a block that this run has claimed."""
        record = first_of_record(self._batch, task)
        began = time.perf_counter()
        kind: str | None = marks.DONE
        try:
            report = self._made(task)
        except (FoveateError, MemoryError) as error:
            kind = _kind_of(error)
            record |= {"status": "failed", "error": failure_message(task.source.key, error)}
        else:
            record |= {"status": "done", "bytes": report["bytes"], "report": report}
        return Answer(record | {"seconds": round(time.perf_counter() - began, 3)}, kind)

    def _made(self, task: Task) -> dict[str, Any]:
        key = task.source.key
        refuse_no_key(key)
        with failing(f"{key}: cannot be read"):
            try:
                data = bytes(self._source.get(key).bytes())
            except FileNotFoundError as error:
                raise StoreError(
                    f"{key}: is gone, or a link to nowhere; put it back, or remove the link"
                ) from error
        made = compress(data, settings=self._batch.settings, limits=self._batch.limits, name=key)
        with failing(f"{task.result}: cannot be written"):
            self._write(task, made.data)
        return made.report.to_dict()

    def _write(self, task: Task, data: bytes) -> None:
        """Writes a result; one that no batch wrote is replaced only where that was asked for."""
        from obstore.exceptions import AlreadyExistsError

        if not (task.replaces or self._batch.overwrite):
            try:
                self._target.put(task.result, data, mode="create")
            except AlreadyExistsError:
                there = self._target.head(task.result)["last_modified"]
                if not self._claims.wrote(task, there, self._marks):
                    raise RefusedError(
                        f"{task.result}: exists already; use --overwrite to replace it"
                    ) from None
            else:
                return
        self._target.put(task.result, data)


def failure_message(name: str, error: Exception) -> str:
    """What went wrong with a picture, in one line that names it.

    A batch has no way to keep a part of a picture, so a message proposes none.
    """
    if isinstance(error, MemoryError):
        return f"{name}: does not fit in this machine's memory; resize it first"
    said = f"{error.cut}; take another copy" if isinstance(error, TruncatedError) else str(error)
    return said if said.startswith(name) else f"{name}: {said}"


def _kind_of(error: Exception) -> str | None:
    if isinstance(error, RefusedError):
        return marks.REFUSED
    return None if isinstance(error, StoreError) else marks.FAILED


def first_of_record(batch: Batch, task: Task) -> dict[str, Any]:
    """What a picture's record in the manifest begins with."""
    return {
        "source": task.source.key,
        "size": task.source.size,
        "etag": task.source.etag,
        "settings": batch.job,
        "run": batch.run,
        "output": task.result,
    }
