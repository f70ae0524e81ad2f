"""What batches have done: for each block that was claimed, an object that says so.

Its first line names the pictures that are done, those that have failed for good, and those whose
result was not written because another file is there. Then comes a record a line, as in the
manifest. Runs that start read the first lines of all marks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foveate.batch.blocks import Task
from foveate.batch.places import STATE, Source, failing, result_digits, stamp_of

_FIRST_LINE = 1 << 15
"""No first line is longer: a block has 256 pictures at most."""
_AT_ONCE = 16
DONE, FAILED, REFUSED = KINDS = ("done", "failed", "refused")
"""What the first line has lists of."""


@dataclass(frozen=True)
class _Mark:
    """The first line of a mark, and when it was written."""

    name: str
    written: datetime
    pictures: dict[str, list[str]]


class Marks:
    """The marks in a store of results, as far as they were read."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._latest: dict[bytes, tuple[datetime, str]] = {}
        self._made: set[bytes] = set()
        self._failed: set[bytes] = set()

    def read_all(self) -> None:
        """Reads those of all jobs: of each result the last one tells. Raises StoreError."""
        with failing("the store of results fails"):
            names = self._names()
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                for mark in threads.map(self._mark, names):
                    self._note(mark)

    def read(self, name: str) -> bool:
        """Reads the mark of a claim; whether there is one."""
        mark = self._mark(name)
        self._note(mark)
        return mark is not None

    def write(self, name: str, told: Iterable[tuple[Task, str, dict[str, Any]]]) -> None:
        """Marks what became of a claim's pictures: their kinds and records. Raises StoreError."""
        pictures: dict[str, list[str]] = {kind: [] for kind in KINDS}
        lines = []
        for task, kind, record in told:
            pictures[kind].append(f"{task.digits}-{task.stamp}")
            lines.append(json.dumps(record))
        body = "\n".join([json.dumps(pictures), *lines, ""]).encode()
        with failing("the store of results fails"):
            self._store.put(f"{STATE}/done/{name}", body)

    def tells_of(self, name: str, task: Task) -> bool:
        """Whether the mark of a claim says what became of a picture."""
        mark = self._mark(name)
        told = [] if mark is None else [of for kind in mark.pictures.values() for of in kind]
        return any(of.startswith(task.digits) for of in told)

    def records(self, job: str) -> Iterator[dict[str, Any]]:
        """What is known for good of a job's pictures; all marks must be read. Raises StoreError."""
        with failing("the store of results fails"):
            for name in self._names():
                if name.split("/")[1] != job:
                    continue
                found = self._store.get(f"{STATE}/done/{name}")
                written = found.meta["last_modified"]
                for line in bytes(found.bytes()).splitlines()[1:]:
                    record: dict[str, Any] = json.loads(line)
                    source = Source(record["source"], record["size"], record["etag"])
                    result = bytes.fromhex(result_digits(record["output"]))
                    if self._latest.get(result) == (written, f"{stamp_of(source)}-{job}"):
                        yield record

    def is_done(self, task: Task) -> bool:
        """Whether a picture is done, or has failed for good."""
        known = self._latest.get(bytes.fromhex(task.digits))
        return known is not None and known[1] == f"{task.stamp}-{task.job}"

    def has_failed(self, task: Task) -> bool:
        """Whether a picture has failed for good."""
        return self.is_done(task) and bytes.fromhex(task.digits) in self._failed

    def is_made(self, task: Task) -> bool:
        """Whether a batch has made the result of a picture before."""
        return bytes.fromhex(task.digits) in self._made

    def _names(self) -> list[str]:
        start = f"{STATE}/done"
        return [
            each["path"].removeprefix(f"{start}/")
            for chunk in self._store.list(prefix=start)
            for each in chunk
        ]

    def _mark(self, name: str) -> _Mark | None:
        from obstore import get

        try:
            found = get(self._store, f"{STATE}/done/{name}", options={"range": (0, _FIRST_LINE)})
        except FileNotFoundError:
            return None
        first = bytes(found.bytes()).partition(b"\n")[0]
        return _Mark(name, found.meta["last_modified"], json.loads(first))

    def _note(self, mark: _Mark | None) -> None:
        if mark is None:
            return
        job = mark.name.split("/")[1]
        for kind in (DONE, FAILED):
            for task in mark.pictures[kind]:
                digits, _, stamp = task.partition("-")
                result = bytes.fromhex(digits)
                if kind == DONE:
                    self._made.add(result)
                known = self._latest.get(result)
                if known is None or known[0] < mark.written:
                    self._latest[result] = mark.written, f"{stamp}-{job}"
                    (self._failed.add if kind == FAILED else self._failed.discard)(result)
