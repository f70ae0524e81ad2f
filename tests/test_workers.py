"""Workers side by side: every task is answered, also where a process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from foveate.workers import Died, Worker, side_by_side, started


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


def test_a_process_that_was_killed_is_told_with_its_signal() -> None:
    ((_, died),) = side_by_side("worker_jobs", 2, iter(["be killed"]), 1)
    assert died == Died("by signal 9")


def test_what_a_process_prints_is_not_among_its_answers() -> None:
    answers = [answer for _, (_, answer) in side_by_side("worker_jobs", 1, iter(["print", 2]), 1)]
    assert answers == ["print", 2]


@pytest.mark.parametrize("threads", [None, "3"])
def test_a_process_has_a_session_and_one_thread_unless_the_environment_says_more(
    monkeypatch: pytest.MonkeyPatch, threads: str | None
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if threads is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
    ((_, (session, told)),) = side_by_side("worker_jobs", 1, iter(["tell"]), 1)
    assert session != os.getsid(0)  # the terminal's Ctrl-C does not reach it
    assert told == (threads or "1")


def test_with_fewer_processes_than_asked_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def first_alone(module: str) -> Worker:
        if made:
            raise OSError("no more processes")
        made.append(started(module))
        return made[0]

    monkeypatch.setattr("foveate.workers.started", first_alone)
    answers = dict(side_by_side("worker_jobs", 2, iter(range(5)), 3))
    assert {task: value for task, (_, value) in answers.items()} == {n: 2 * n for n in range(5)}


def test_no_process_is_left_when_the_answers_are_not_wanted_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []

    def noted(module: str) -> Worker:
        made.append(started(module))
        return made[-1]

    monkeypatch.setattr("foveate.workers.started", noted)
    answers = side_by_side("worker_jobs", 2, iter(range(100)), 2)
    next(answers)
    answers.close()
    assert len(made) == 2
    assert all(worker.process.returncode is not None for worker in made)
