"""A run of a batch: it lists pictures, hands them to processes, and shares the job with others."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from foveate.batch.claims import BEAT, Claims
from foveate.batch.places import Source, listed, opened, result_key, task_id
from foveate.batch.unit import TAKEN, Batch
from foveate.workers import Died, side_by_side

MOST_TAKEN = 100_000
"""So many pictures of other runs are waited for at the end; more are left to the next call."""
_PAUSE, _LONGEST_PAUSE = 2.0, 30.0
"""How many seconds pass before other runs' pictures are looked at again: at first, and at last."""


@dataclass
class Outcome:
    """How many pictures were done, failed, were done before, and are other runs'."""

    done: int = 0
    failed: int = 0
    before: int = 0
    left: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0
    taken: list[Source] = field(default_factory=list, repr=False)

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return self.done / self.seconds if self.seconds else 0.0


def run(
    batch: Batch,
    *,
    processes: int,
    suffixes: frozenset[str],
    tell: Callable[[dict[str, Any]], None],
) -> Outcome:
    """Does all pictures that are not done, and waits for those that other runs have claimed.

    tell: is given the record of each picture as it ends.
    """
    began = time.monotonic()
    claims = Claims(opened(batch.target, make=True, retries=batch.retries), batch.run)
    outcome = Outcome()
    with _beating(claims):
        pictures = listed(opened(batch.source, retries=batch.retries), suffixes)
        is_done: Callable[[str], bool] = claims.done(batch.job).__contains__
        pause = _PAUSE
        while True:
            _pass(batch, _left(pictures, batch, is_done, outcome), processes, outcome, tell)
            if not outcome.taken:
                break
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            pictures, outcome.taken = iter(outcome.taken), []
            is_done = claims.is_done
    outcome.seconds = time.monotonic() - began
    return outcome


def _left(
    pictures: Iterator[Source], batch: Batch, is_done: Callable[[str], bool], outcome: Outcome
) -> Iterator[Source]:
    """Those that are not done yet."""
    for each in pictures:
        if is_done(task_id(each, result_key(each.key, batch.settings), batch.job)):
            outcome.before += 1
        else:
            yield each


def _pass(
    batch: Batch,
    pictures: Iterator[Source],
    processes: int,
    outcome: Outcome,
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """Hands out each picture once, and once more where its process died."""
    died: deque[Source] = deque()
    for last in (False, True):
        tasks = iter(died.copy()) if last else pictures
        for source, answer in side_by_side("foveate.batch.unit", batch, tasks, processes):
            if isinstance(answer, Died):
                if not last:
                    died.append(source)
                    continue
                answer = {
                    "source": source.key,
                    "status": "failed",
                    "error": f"its process ended {answer.how} twice",
                }
            _count(source, answer, outcome)
            if answer["status"] != TAKEN:
                tell(answer)


def _count(source: Source, record: dict[str, Any], outcome: Outcome) -> None:
    if record["status"] == "done":
        outcome.done += 1
        outcome.bytes_in += source.size
        outcome.bytes_out += record["bytes"]
    elif record["status"] == TAKEN:
        if len(outcome.taken) < MOST_TAKEN:
            outcome.taken.append(source)
        else:
            outcome.left += 1
    else:
        outcome.failed += 1


@contextlib.contextmanager
def _beating(claims: Claims) -> Iterator[None]:
    """While the block runs, other runs see that this one lives."""
    claims.beat()
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with contextlib.suppress(Exception):  # the next beat may reach the store
                claims.beat()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        with contextlib.suppress(Exception):
            claims.end()
