"""Runs a command over several pictures: progress, failures that stop no other, Ctrl-C."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from foveate.cli.inputs import Input
from foveate.errors import FoveateError, printable

Result = TypeVar("Result")

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


@dataclass
class Outcome(Generic[Result]):
    """What became of a batch."""

    total: int
    done: list[Result] = field(default_factory=list)
    failed: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return EXIT_INTERRUPTED
        return EXIT_FAILED if self.failed else 0


def run(
    inputs: Sequence[Input],
    targets: Sequence[Path],
    work: Callable[[Path, Path], Result],
    *,
    as_json: Callable[[Result], dict[str, Any]] | None,
) -> Outcome[Result]:
    """Does the work for each input in turn.

    With `as_json` one object a picture goes to stdout as soon as it is done: the result's, or
    {"source", "error"}. Failures go to stderr in one line each. Ctrl-C ends the batch; what was
    done by then stays.
    """
    outcome: Outcome[Result] = Outcome(len(inputs))
    with _progress(len(inputs), as_json is not None) as advance:
        try:
            for item, target in zip(inputs, targets, strict=True):
                advance(printable(item.path.name))
                try:
                    if item.error is not None:
                        raise item.error
                    result = work(item.path, target)
                except (FoveateError, MemoryError) as error:
                    outcome.failed += 1
                    _report_failure(item.path, error, as_json is not None)
                else:
                    outcome.done.append(result)
                    if as_json is not None:
                        print_json(as_json(result))
        except KeyboardInterrupt:
            outcome.interrupted = True
    if outcome.interrupted:
        done = f"{len(outcome.done)} of {outcome.total} done"
        print(f"foveate: interrupted: {done}, nothing half-written", file=sys.stderr)
    return outcome


def print_json(values: dict[str, Any]) -> None:
    """One object on one line of stdout; numbers that JSON cannot say are null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
    print(json.dumps(finite, allow_nan=False), flush=True)


def _report_failure(source: Path, error: Exception, as_json: bool) -> None:
    name = printable(source)
    message = str(error)
    if isinstance(error, MemoryError):
        message = "does not fit in this machine's memory; resize it first"
    print(f"foveate: {message if name in message else f'{name}: {message}'}", file=sys.stderr)
    if as_json:
        print_json({"source": str(source), "error": message})


def _progress(total: int, as_json: bool) -> AbstractContextManager[Callable[[str], None]]:
    """On a terminal a bar on stderr that goes away when done; silence in a pipe."""
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        return nullcontext(lambda name: None)
    from foveate.cli.terminal import progress_bar

    return progress_bar(total)
