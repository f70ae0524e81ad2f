"""Which run does which block: objects that only one run can create.

A claim is an object that is put only where there is none of its name. Claims are never changed: the
one of a dead run is passed over by the next number. A run lives as long as its heartbeat is young,
unless the heartbeat names a process of this machine that has ended. The store's own dates are
compared, so that the clocks of machines do not matter.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from foveate.batch.blocks import Block, Task
from foveate.batch.life import has_ended, own_life
from foveate.batch.marks import Marks
from foveate.batch.places import STATE, failing

DEAD_AFTER = 60.0
"""After so many seconds without a heartbeat a run counts as dead."""
BEAT = 10.0
_REMEMBERED = 2.0


class Other(Enum):
    """Why a block is not this run's to do: all is done, or another run does it."""

    DONE = "done before"
    TAKEN = "taken"


class Claims:
    """The claims in the store of the results. run: what this run is called."""

    def __init__(self, store: Any, run: str, dead_after: float = DEAD_AFTER) -> None:
        self._store, self._run = store, run
        self._dead_after = timedelta(seconds=dead_after)
        self._alive: dict[str, tuple[float, bool]] = {}

    def beat(self) -> None:
        """Shows that this run lives, and in which process."""
        self._store.put(f"{STATE}/runs/{self._run}", json.dumps(own_life()).encode())

    def end(self) -> None:
        """Shows that this run lives no more."""
        self._store.delete(f"{STATE}/runs/{self._run}")

    def take(self, block: Block, marks: Marks) -> str | Other:
        """The name of this run's claim of a block, or why it has none.

        What earlier claims of the block have done is read on the way. Raises StoreError.
        """
        with failing("the store of results fails"):
            number = 0
            while not all(map(marks.is_done, block.tasks)):
                name = f"{block.name}/{number}"
                holder = self._holder(name)
                if holder is None:
                    if self._created(name, block):
                        return name
                    holder = self._holder(name)
                lives = holder is not None and holder != self._run and self._lives(holder)
                if not marks.read(name):  # after the heartbeat: a run marks before it ends
                    if lives:
                        return Other.TAKEN
                    if holder == self._run:
                        return name
                number += 1
            return Other.DONE

    def wrote(self, task: Task, modified: datetime, marks: Marks) -> bool:
        """Whether a run wrote the result that is there, but could not mark it: it had claimed it.

        modified: when that result was written.
        """
        first = task.block.partition("/")[0]
        for chunk in self._store.list(prefix=f"{STATE}/claims/{first}"):
            for each in chunk:
                name = each["path"].removeprefix(f"{STATE}/claims/")
                if (
                    each["last_modified"] <= modified
                    and task.digits in self._read(name)["results"]
                    and not marks.tells_of(name, task)
                ):
                    return True
        return False

    def _created(self, name: str, block: Block) -> bool:
        """Whether this run is the first to claim that block by that number."""
        from obstore.exceptions import AlreadyExistsError

        claim = {"run": self._run, "results": [task.digits for task in block.tasks]}
        try:
            self._store.put(f"{STATE}/claims/{name}", json.dumps(claim).encode(), mode="create")
        except AlreadyExistsError:
            return False
        return True

    def _holder(self, name: str) -> str | None:
        """Whose claim that is. It is read first, since that costs less than to try to put it."""
        try:
            return str(self._read(name)["run"])
        except FileNotFoundError:
            return None

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(bytes(self._store.get(f"{STATE}/claims/{name}").bytes()))
        return found

    def _lives(self, run: str) -> bool:
        known = self._alive.get(run)
        if known is not None and time.monotonic() - known[0] < _REMEMBERED:
            return known[1]
        lives = self._has_young_heart(run)
        self._alive[run] = (time.monotonic(), lives)
        return lives

    def _has_young_heart(self, run: str) -> bool:
        try:
            heart = self._store.get(f"{STATE}/runs/{run}")
            if has_ended(_life_in(bytes(heart.bytes()))):
                return False
            other = heart.meta["last_modified"]
            own = self._store.head(f"{STATE}/runs/{self._run}")["last_modified"]
        except FileNotFoundError:
            return False
        return bool(own - other < self._dead_after)


def _life_in(data: bytes) -> dict[str, str]:
    """Which process a heartbeat tells of; none where it tells nothing that can be read."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}
