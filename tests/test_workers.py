"""Workers side by side: every task is answered, also where a process dies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foveate.workers import Died, side_by_side


def test_tasks_are_answered_by_as_many_processes_as_asked() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    answers = dict(side_by_side("worker_jobs", 3, tasks(), 2))
    assert {task: value for task, (_, value) in answers.items()} == {n: 3 * n for n in range(20)}
    assert len({pid for pid, _ in answers.values()}) == 2
    assert taken == list(range(20))


def test_a_process_that_dies_costs_its_task_alone() -> None:
    answers = list(side_by_side("worker_jobs", 2, iter([1, "die", 2]), 1))
    assert [task for task, _ in answers] == [1, "die", 2]
    assert answers[1][1] == Died("with code 3")
    assert answers[2][1][1] == 4


def test_tasks_are_not_taken_before_a_process_is_free() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    answers = side_by_side("worker_jobs", 2, tasks(), 1)
    next(answers)
    assert len(taken) <= 2
    answers.close()


def test_where_no_process_can_be_started_that_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(module: str) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("foveate.workers.started", fails)
    with pytest.raises(OSError, match="no more"):
        list(side_by_side("worker_jobs", 2, iter([1]), 2))


def test_on_windows_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(OSError, match="need Linux or macOS"):
        list(side_by_side("worker_jobs", 2, iter([1]), 2))
