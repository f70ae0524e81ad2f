"""Which run does which picture: markers that only one run can create.

A claim is an object that is put only where there is none of its name. Claims are never changed: the
one of a dead run is passed over by the next number. A run lives as long as its heartbeat is young;
the store's own dates are compared, so that the clocks of machines do not matter.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from foveate.batch.places import STATE, StoreError, one_line

DEAD_AFTER = 60.0
"""After so many seconds without a heartbeat a run counts as dead."""
BEAT = 10.0
_REMEMBERED = 2.0


class Claims:
    """The markers of a job in the store of its results.

    store: of the results. run: what this run is called.
    """

    def __init__(self, store: Any, run: str, dead_after: float = DEAD_AFTER) -> None:
        self._store, self._run = store, run
        self._dead_after = timedelta(seconds=dead_after)
        self._alive: dict[str, tuple[float, bool]] = {}

    def beat(self) -> None:
        """Shows that this run lives."""
        self._store.put(f"{STATE}/runs/{self._run}", b"alive")

    def end(self) -> None:
        """Shows that this run lives no more."""
        self._store.delete(f"{STATE}/runs/{self._run}")

    def done(self, job: str) -> set[str]:
        """The pictures of a job that are done or have failed for good."""
        found = set()
        for chunk in self._store.list(prefix=f"{STATE}/done"):
            for each in chunk:
                name = each["path"].rpartition("/")[2]
                if name.endswith(f"-{job}"):
                    found.add(name)
        return found

    def is_done(self, task: str) -> bool:
        """Whether a picture is done or has failed for good."""
        try:
            self._store.head(f"{STATE}/done/{task}")
        except FileNotFoundError:
            return False
        return True

    def take(self, task: str) -> bool:
        """Whether the picture is this run's to do.

        Raises StoreError where the store fails.
        """
        try:
            return self._take(task)
        except StoreError:
            raise
        except Exception as error:
            raise StoreError(f"the store of results fails: {one_line(error)}") from error

    def _take(self, task: str) -> bool:
        from obstore.exceptions import AlreadyExistsError

        number = 0
        while True:
            name = f"{STATE}/claims/{task}/{number}"
            try:
                self._store.put(name, self._run.encode(), mode="create")
            except AlreadyExistsError:
                holder = bytes(self._store.get(name).bytes()).decode()
                if holder == self._run:
                    return True
                if self._lives(holder):
                    return False
                number += 1
                continue
            return not self.is_done(task)

    def finish(self, task: str, record: dict[str, Any]) -> None:
        """Marks a picture as done, with what became of it."""
        self._store.put(f"{STATE}/done/{task}", json.dumps(record).encode())

    def of_result(self, digits: str) -> bool:
        """Whether a result of that name was made by a batch before."""
        markers = self._store.list(prefix=f"{STATE}/made/{digits}")
        return any(len(chunk) for chunk in markers)

    def will_make(self, digits: str) -> None:
        """Marks that a result of that name is made by a batch."""
        self._store.put(f"{STATE}/made/{digits}/1", b"")

    def _lives(self, run: str) -> bool:
        known = self._alive.get(run)
        if known is not None and time.monotonic() - known[0] < _REMEMBERED:
            return known[1]
        lives = self._has_young_heart(run)
        self._alive[run] = (time.monotonic(), lives)
        return lives

    def _has_young_heart(self, run: str) -> bool:
        try:
            other = self._store.head(f"{STATE}/runs/{run}")["last_modified"]
            own = self._store.head(f"{STATE}/runs/{self._run}")["last_modified"]
        except FileNotFoundError:
            return False
        return bool(own - other < self._dead_after)
