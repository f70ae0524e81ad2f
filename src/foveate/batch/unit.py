"""One picture of a batch: claimed, read, compressed, written, and marked as done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from foveate._compress import compress
from foveate.batch.claims import Claims
from foveate.batch.places import (
    Source,
    StoreError,
    one_line,
    opened,
    result_digits,
    result_key,
    task_id,
)
from foveate.errors import FoveateError
from foveate.pictures import Limits
from foveate.settings import Settings

TAKEN = "taken"
"""The status of a picture that another run does."""


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

    def do(self, source: Source) -> dict[str, Any]:
        """What became of a picture, as plain values: its record in the manifest."""
        batch = self._batch
        result = result_key(source.key, batch.settings)
        task = task_id(source, result, batch.job)
        record = {
            "source": source.key,
            "size": source.size,
            "etag": source.etag,
            "settings": batch.job,
            "run": batch.run,
            "output": result,
        }
        began = time.perf_counter()
        try:
            if not self._claims.take(task):
                return record | {"status": TAKEN}
            report = self._made(source, result)
        except StoreError as error:  # the next run tries it again
            return record | {"status": "failed", "error": str(error)}
        except (FoveateError, MemoryError) as error:
            said = str(error) or "it takes more memory than there is"
            record |= {"status": "failed", "error": said}
        else:
            record |= {"status": "done", "bytes": report["bytes"], "report": report}
        record["seconds"] = round(time.perf_counter() - began, 3)
        try:
            self._claims.finish(task, record)
        except Exception as error:
            return record | {"status": "failed", "error": f"the store fails: {one_line(error)}"}
        return record

    def _made(self, source: Source, result: str) -> dict[str, Any]:
        batch = self._batch
        try:
            data = bytes(self._source.get(source.key).bytes())
        except Exception as error:
            raise StoreError(f"{source.key}: cannot be read: {one_line(error)}") from error
        made = compress(data, settings=batch.settings, limits=batch.limits, name=source.key)
        self._write(result, made.data)
        return made.report.to_dict()

    def _write(self, result: str, data: bytes) -> None:
        """Writes a result; one that no batch wrote is replaced only where that was asked for."""
        from obstore.exceptions import AlreadyExistsError

        digits = result_digits(result)
        try:
            ours = self._batch.overwrite or self._claims.of_result(digits)
            if not ours:
                try:
                    self._target.head(result)
                except FileNotFoundError:
                    pass
                else:
                    raise AlreadyExistsError
                self._claims.will_make(digits)
            self._target.put(result, data)
        except AlreadyExistsError as error:
            raise FoveateError(
                f"{result}: exists already; use --overwrite to replace it"
            ) from error
        except Exception as error:
            raise StoreError(f"{result}: cannot be written: {one_line(error)}") from error
