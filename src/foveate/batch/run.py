"""A run of a batch: it claims blocks, hands their pictures to processes, and marks what is done."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from foveate.batch.blocks import Block, Task, blocks
from foveate.batch.claims import BEAT, Claims, Other
from foveate.batch.marks import Marks
from foveate.batch.places import StoreError, failing, listed, opened
from foveate.batch.unit import Answer, Batch, first_of_record
from foveate.errors import FoveateError
from foveate.workers import Died, side_by_side

MANY_TAKEN = 1000
"""When other runs have so many blocks, they are looked at again: most are done by then."""
_PAUSE, _LONGEST_PAUSE = 2.0, 30.0
"""How many seconds pass before other runs' pictures are looked at again: at first, and at last."""


@dataclass
class Outcome:
    """How many pictures were done, failed, were done or failed before, and were left to others.

    before: how many are done by earlier runs. failed_before: how many these could not do.
    """

    done: int = 0
    failed: int = 0
    before: int = 0
    failed_before: int = 0
    left: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0  # of work, without waiting for other runs

    def count(self, record: dict[str, Any]) -> None:
        """Counts a picture that this run has tried, by its record."""
        if record["status"] == "done":
            self.done += 1
            self.bytes_in += record["size"]
            self.bytes_out += record["bytes"]
        else:
            self.failed += 1

    def count_before(self, task: Task, marks: Marks) -> None:
        """Counts a picture of which an earlier run has told for good what became of it."""
        if marks.has_failed(task):
            self.failed_before += 1
        else:
            self.before += 1

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
    tell_waiting: Callable[[int], None],
) -> Outcome:
    """Does all pictures that are not done, and waits for those that other runs have claimed.

    tell: is given the record of each picture, when its block is marked. tell_waiting: is given the
    number of pictures of other runs, when nothing else is left to do. Raises StoreError.
    """
    began = time.monotonic()
    store = opened(batch.target, make=True, retries=batch.retries)
    claims = Claims(store, batch.run, batch.dead_after)
    with beating(claims):
        marks = Marks(store)
        marks.read_all()
        job = _Job(batch, claims, marks, tell)
        pictures = listed(opened(batch.source, retries=batch.retries), suffixes)
        waiting: Iterable[Block] = blocks(pictures, batch.settings, batch.job)
        pause, waited = _PAUSE, 0.0
        while True:
            job.do(waiting, processes)
            if not job.taken:
                break
            if pause == _PAUSE:
                tell_waiting(sum(len(block.tasks) for block in job.taken))
            time.sleep(pause)
            waited += pause
            pause = min(2 * pause, _LONGEST_PAUSE)
            waiting, job.taken = job.taken, []
    job.outcome.seconds = time.monotonic() - began - waited
    return job.outcome


@dataclass
class _Open:
    """A block that was claimed. left: how many of its pictures have no answer yet."""

    claim: str
    left: int
    answers: list[tuple[Task, Answer]] = field(default_factory=list)


class _Job:
    """The blocks of a run."""

    def __init__(
        self, batch: Batch, claims: Claims, marks: Marks, tell: Callable[[dict[str, Any]], None]
    ) -> None:
        self._batch, self._claims, self._marks, self._tell = batch, claims, marks, tell
        self._open: dict[str, _Open] = {}
        self._died: deque[Task] = deque()
        self.taken: list[Block] = []
        self.outcome = Outcome()

    def do(self, waiting: Iterable[Block], processes: int) -> None:
        """Does the blocks that no other run does. A picture whose process dies is tried once more.

        What was done when the run is stopped is marked, too.
        """
        tasks = self._handed_out(waiting)
        try:
            while True:
                for task, answer in side_by_side(
                    "foveate.batch.unit", self._batch, tasks, processes
                ):
                    self._answered(task, answer)
                if not self._died:
                    break
                tasks = self._handed_out(())
        finally:
            for block in list(self._open):
                with contextlib.suppress(FoveateError):  # the one that stopped the run is told
                    self._close(block)

    def _handed_out(self, waiting: Iterable[Block]) -> Iterator[Task]:
        """The pictures of blocks that this run can claim, and at once those whose process died."""
        many = MANY_TAKEN
        for block in waiting:
            yield from self._pictures(block)
            if len(self.taken) >= many:
                taken, self.taken = self.taken, []
                for each in taken:
                    yield from self._pictures(each)
                many = MANY_TAKEN + len(self.taken)
        yield from self._once_more()

    def _pictures(self, block: Block) -> Iterator[Task]:
        claim = self._claims.take(block, self._marks)
        if claim is Other.TAKEN:
            self.taken.append(block)
        elif claim is Other.DONE:
            for task in block.tasks:
                self.outcome.count_before(task, self._marks)
        else:
            tasks = []
            for task in block.tasks:
                if self._marks.is_done(task):
                    self.outcome.count_before(task, self._marks)
                else:
                    tasks.append(task)
            self._open[block.name] = _Open(claim, len(tasks))
            for task in tasks:
                yield from self._once_more()
                yield replace(task, replaces=self._marks.is_made(task))

    def _once_more(self) -> Iterator[Task]:
        while self._died:
            yield replace(self._died.popleft(), again=True)

    def _answered(self, task: Task, answer: Answer | Died) -> None:
        if isinstance(answer, Died):
            if not task.again:
                self._died.append(task)
                return
            error = f"{task.source.key}: its process ended {answer.how} twice; look at this picture"
            record = first_of_record(self._batch, task) | {"status": "failed", "error": error}
            answer = Answer(record, kind=None)
        block = self._open[task.block]
        block.answers.append((task, answer))
        block.left -= 1
        if not block.left:
            self._close(task.block)

    def _close(self, name: str) -> None:
        """Marks what became of a block's pictures, and tells it."""
        block = self._open.pop(name)
        known = [(task, of.kind, of.record) for task, of in block.answers if of.kind is not None]
        failure = None
        try:
            self._marks.write(block.claim, known)
        except StoreError as error:
            failure = str(error)
        for task, answer in block.answers:
            record = answer.record
            if failure is not None:
                said = f"{task.source.key}: {failure}"
                record = first_of_record(self._batch, task) | {"status": "failed", "error": said}
            self.outcome.count(record)
            self._tell(record)


@contextlib.contextmanager
def beating(claims: Claims) -> Iterator[None]:
    """While the block runs, other runs see that this one lives."""
    with failing("the store of results fails"):
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
