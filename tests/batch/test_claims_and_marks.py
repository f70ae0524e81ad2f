"""Which run does which block, and what marks tell of it, also where runs meet."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("obstore", reason="obstore is not installed")

from foveate.batch.blocks import Block, blocks
from foveate.batch.claims import Claims, Other
from foveate.batch.marks import Marks
from foveate.batch.places import Source, opened
from foveate.batch.run import beating
from foveate.settings import Settings


def test_while_a_run_works_its_heart_beats_and_then_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hearing:
        """A store that fails at the third beat, as one may for a while."""

        heard = 0

        def put(self, *_: object) -> None:
            self.heard += 1
            beats.release()
            if self.heard == 3:
                raise OSError("no way to it")

        def delete(self, key: str) -> None:
            ended.append(key)

    beats, ended = threading.Semaphore(0), list[str]()
    monkeypatch.setattr("foveate.batch.run.BEAT", 0.001)
    with beating(Claims(Hearing(), "one")):
        assert all(beats.acquire(timeout=30) for _ in range(5))
        assert ended == []
    assert ended == [".foveate-batch/runs/one"]


def block_of(*names: str) -> Block:
    """The block of pictures that have these names."""
    (block,) = blocks([Source(name, 1, "x") for name in names], Settings(), "j")
    return block


def test_a_block_is_one_runs_until_that_is_dead(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    block, marks = block_of("a.jpg"), Marks(store)
    first, second, third = (Claims(store, name) for name in ("one", "two", "three"))
    for each in (first, second, third):
        each.beat()
    assert first.take(block, marks) == f"{block.name}/0"
    assert first.take(block, marks) == f"{block.name}/0"
    assert second.take(block, marks) is Other.TAKEN
    first.end()
    assert Claims(store, "two").take(block, marks) == f"{block.name}/1"
    assert third.take(block, marks) is Other.TAKEN
    impatient = Claims(store, "four", dead_after=-1.0)
    impatient.beat()
    claim = impatient.take(block, marks)
    assert claim == f"{block.name}/2"
    marks.write(claim, [(block.tasks[0], "done", {})])
    assert Claims(store, "five", dead_after=-1.0).take(block, marks) is Other.DONE


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells of processes")
def test_a_run_whose_process_has_ended_is_dead_at_once(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    block, marks = block_of("a.jpg"), Marks(store)
    first, second = Claims(store, "one"), Claims(store, "two")
    first.beat()
    second.beat()
    first.take(block, marks)
    heart = tmp_path / ".foveate-batch" / "runs" / "one"
    told = json.loads(heart.read_text())
    assert told["process"].startswith(f"{os.getpid()} ")
    for other in (
        b"alive",
        json.dumps(told | {"machine": "elsewhere", "process": "1 1"}).encode(),
    ):
        heart.write_bytes(other)
        assert Claims(store, "two").take(block, marks) is Other.TAKEN
    heart.write_text(json.dumps(told | {"process": f"{os.getpid()} 1"}))  # a number given anew
    assert Claims(store, "two").take(block, marks) == f"{block.name}/1"


class Interrupted:
    """A store in which another run does something before or after the first request of a kind."""

    def __init__(
        self,
        store: Any,
        request: str,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._request, self._others = store, request, (before, after)

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._store, name)
        if name != self._request:
            return asked

        def answer(*arguments: Any, **options: Any) -> Any:
            self._request = ""
            before, after = self._others
            before()
            try:
                return asked(*arguments, **options)
            finally:
                after()

        return answer


def test_of_two_runs_that_claim_a_block_at_once_one_gets_it(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    block, marks, got = block_of("a.jpg"), Marks(store), []
    first = Claims(store, "one")
    first.beat()

    def claims() -> None:
        got.append(first.take(block, marks))

    between = Claims(Interrupted(store, "get", after=claims), "two")
    between.beat()
    assert between.take(block, marks) is Other.TAKEN
    assert got == [f"{block.name}/0"]
    assert first.take(block, marks) == f"{block.name}/0"


def test_a_block_that_is_marked_while_its_run_ends_is_not_done_again(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    block, marks = block_of("a.jpg"), Marks(store)
    first = Claims(store, "one")
    first.beat()
    claim = first.take(block, marks)
    assert isinstance(claim, str)

    def ends() -> None:
        Marks(store).write(claim, [(block.tasks[0], "done", {})])
        first.end()

    second = Claims(Interrupted(store, "head", before=ends), "two")
    second.beat()
    assert second.take(block, Marks(store)) is Other.DONE


def test_a_run_that_ends_is_not_remembered_as_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(str(tmp_path), make=True)
    block, marks = block_of("a.jpg"), Marks(store)
    first, second = Claims(store, "one"), Claims(store, "two")
    for each in (first, second):
        each.beat()
    first.take(block, marks)
    now = time.monotonic()
    monkeypatch.setattr("foveate.batch.claims.time.monotonic", lambda: now)
    assert second.take(block, marks) is Other.TAKEN
    first.end()
    now += 3
    assert second.take(block, marks) == f"{block.name}/1"


def test_marks_tell_the_last_state_of_each_result(tmp_path: Path) -> None:
    marks = Marks(opened(str(tmp_path), make=True))
    block = block_of("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    changed = replace(block.tasks[0], stamp="other")
    for number, (task, kind) in enumerate(
        [
            (block.tasks[0], "done"),
            (changed, "failed"),
            (block.tasks[1], "refused"),
            (block.tasks[2], "failed"),
        ]
    ):
        marks.write(f"{block.name}/{number}", [(task, kind, {})])
        state = tmp_path / ".foveate-batch" / "done" / block.name / str(number)
        os.utime(state, (number, number))
    again = Marks(opened(str(tmp_path)))
    again.read_all()
    assert again.read(f"{block.name}/0")
    assert not again.read(f"{block.name}/4")
    assert [again.is_done(task) for task in (changed, *block.tasks)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert [again.is_made(task) for task in block.tasks] == [True, False, False, False]


def test_marks_of_the_longest_blocks_are_read_whole(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    small = [Source(f"{number:04}.jpg", 1, "x") for number in range(256)]
    block = Block("a/j", tuple(t for each in blocks(small, Settings(), "j") for t in each.tasks))
    Marks(store).write("a/j/0", [(task, "refused", {"line": 1}) for task in block.tasks[:-1]])
    Marks(store).write("a/j/1", [(task, "done", {"line": 1}) for task in block.tasks])
    marks = Marks(store)
    marks.read_all()
    assert all(map(marks.is_done, block.tasks))


def test_blocks_are_cut_alike_where_more_pictures_are_seen() -> None:
    small = [Source(f"{number:05}.jpg", 5000, "x") for number in range(3000)]
    cut = list(blocks(small, Settings(), "j"))
    assert [task.source for block in cut for task in block.tasks] == small
    assert 30 <= len(cut) <= 70
    assert max(len(block.tasks) for block in cut) <= 256
    fewer = list(blocks(small[:1200] + small[1201:], Settings(), "j"))
    assert len({block.name for block in cut} ^ {block.name for block in fewer}) <= 3
    large = [replace(source, size=16 << 20) for source in small]
    assert 2 < 3000 / len(list(blocks(large, Settings(), "j"))) < 6
