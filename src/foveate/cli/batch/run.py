"""Runs a batch: passes over what is done, does the rest, and tells of each picture as it ends."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foveate.cli import stopping
from foveate.cli.batch.log import Log
from foveate.cli.batch.manifest import Manifest
from foveate.cli.batch.task import STREAM, Asked, Done, Task, do
from foveate.cli.batch.workers import done_side_by_side, number_of_processes
from foveate.cli.each_picture import failure_message, progress, report_failure, tell_interruption
from foveate.cli.exit_codes import EXIT_FAILED
from foveate.cli.input_files import Input
from foveate.cli.json_lines import print_json
from foveate.errors import FoveateError, printable
from foveate.pictures.drafts import sweep_drafts
from foveate.threads import usable_threads

Ends = Iterator[tuple[Task, Done | Exception]]


@dataclass
class Outcome:
    """What became of a batch's pictures, in the order in which they were named."""

    total: int
    done: list[Done] = field(default_factory=list)
    failed: int = 0
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return stopping.exit_code()
        return EXIT_FAILED if self.failed or self.count("smaller") else 0

    def count(self, state: str) -> int:
        """How many pictures ended in a state of `Done`."""
        return sum(done.state == state for done in self.done)

    def to_dict(self) -> dict[str, Any]:
        reports = [done.report for done in self.done if done.report is not None]
        return {
            "pictures": self.total,
            "written": self.count("written"),
            "kept": self.count("kept"),
            "left": self.count("left"),
            "smaller": self.count("smaller"),
            "done_before": self.count("done before"),
            "failed": self.failed,
            "interrupted": self.interrupted,
            "source_bytes": sum(report.source_bytes or 0 for report in reports),
            "bytes": sum(report.bytes for report in reports),
            "seconds": round(self.seconds, 3),
        }


def run_batch(
    inputs: Sequence[Input],
    tasks: Sequence[Task],
    asked: Asked,
    *,
    jobs: int | None,
    as_json: bool,
    log: Path | None,
) -> Outcome:
    """Does the work on each picture whose input has no error, and reports each as soon as it ends.

    A picture that fails does not stop the others. A signal stops all: what is done by then stays,
    and nothing is left half-written. With `as_json` an object for each picture goes to stdout;
    `log` is a file to which the same is appended, and an object for the whole batch.
    """
    started = time.perf_counter()
    outcome = Outcome(len(inputs))
    places = {task.target.parent for task in tasks} | {t.folder for t in tasks if t.folder}
    sweep_drafts(places)
    order = {task.source: number for number, task in enumerate(tasks)}
    write = Log(log).write
    try:
        with progress(len(inputs), as_json=as_json) as advance:
            for item in inputs:
                if item.error is not None:
                    advance(printable(item.path.name))
                    _fail(outcome, item.path, item.error, write, as_json=as_json)
            good = [task for item, task in zip(inputs, tasks, strict=True) if item.error is None]
            for task, end in _ends(good, asked, jobs, advance):
                stopping.check()
                if isinstance(end, Done):
                    outcome.done.append(end)
                    write(end.to_dict())
                    if as_json:
                        print_json(end.to_dict())
                else:
                    _fail(outcome, task.source, end, write, as_json=as_json)
    except KeyboardInterrupt:
        outcome.interrupted = True
    except Exception:
        # A native library that is interrupted can end in any error.
        if not stopping.asked():
            raise
        outcome.interrupted = True
    if outcome.interrupted:
        sweep_drafts(places)
        tell_interruption(len(outcome.done), len(inputs))
    outcome.done.sort(key=lambda done: order[done.source])
    outcome.seconds = time.perf_counter() - started
    write({"batch": outcome.to_dict()})
    return outcome


def _fail(
    outcome: Outcome,
    source: Path,
    error: Exception,
    write: Callable[[dict[str, Any]], None],
    *,
    as_json: bool,
) -> None:
    outcome.failed += 1
    write({"source": str(source), "error": failure_message(source, error)})
    report_failure(source, error, as_json=as_json)


def _ends(
    tasks: Sequence[Task], asked: Asked, jobs: int | None, advance: Callable[[str], None]
) -> Ends:
    """What became of each task; first of those that were done in an earlier run."""
    if not tasks:
        return
    key = asked.key
    manifests: dict[Path, Manifest] = {}
    left: list[Task] = []
    ended: set[Path] = set()
    for task in tasks:
        before = task.done_before(asked, key, manifests)
        if before is None:
            left.append(task)
        else:
            advance(printable(task.source.name))
            yield task, before
    if not left:
        return
    threads = usable_threads(asked.settings.threads)
    processes = number_of_processes(jobs, len(left), threads)
    if processes > 1 and all(STREAM not in (task.source, task.target) for task in left):
        share = asked.settings.but(threads=max(1, threads // processes))
        side_by_side = dataclasses.replace(asked, settings=share)
        with closing(done_side_by_side(left, side_by_side, key, processes)) as ends:
            try:
                for task, end in ends:
                    ended.add(task.source)
                    advance(printable(task.source.name))
                    yield task, end
            except OSError:  # the system gives no more processes: this one does the rest
                left = [task for task in left if task.source not in ended]
            else:
                return
    for task in left:
        advance(printable(task.source.name))
        stopping.check()
        yield task, _end(task, asked, key)


def _end(task: Task, asked: Asked, key: str) -> Done | Exception:
    try:
        return do(task, asked, key)
    except (FoveateError, MemoryError) as error:
        stopping.check()
        return error
