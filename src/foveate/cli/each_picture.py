"""Does a command's work for one picture after the other, and reports progress and failures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from foveate.cli import stopping
from foveate.cli.exit_codes import EXIT_FAILED
from foveate.cli.input_files import EMPTY_NAME, Input
from foveate.cli.json_lines import print_json
from foveate.cli.option_names import in_options
from foveate.errors import FoveateError, printable

Result = TypeVar("Result")
Target = TypeVar("Target")


@dataclass
class Outcome(Generic[Result]):
    """The results of the pictures that were done, and what became of the others."""

    done: list[Result] = field(default_factory=list)
    failed: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return stopping.exit_code()
        return EXIT_FAILED if self.failed else 0


def for_each_picture(
    inputs: Sequence[Input],
    targets: Sequence[Target],
    work: Callable[[Path, Target], Result],
    *,
    folders: Iterable[Path],
    as_json: Callable[[Result], dict[str, Any]] | None,
    names: Mapping[str, str] | None = None,
) -> Outcome[Result]:
    """Calls `work` with each picture's path and the place of its result, or of its results.

    A picture that fails does not stop the others: one line on stderr tells of it. Ctrl-C stops the
    work, and what is done by then stays. With `as_json` a JSON object for each picture goes to
    stdout as soon as it is done: what `as_json` makes of the result, or {"source", "error"}.
    `folders` are those of the results, where a killed run may have left drafts. `names` are options
    that the command calls otherwise; see `foveate.cli.option_names`.
    """
    from foveate.pictures.drafts import sweep_drafts

    sweep_drafts(folders)
    outcome: Outcome[Result] = Outcome()
    with progress(len(inputs), as_json=as_json is not None) as advance:
        try:
            for item, target in zip(inputs, targets, strict=True):
                advance(printable(item.path.name))
                stopping.check()
                try:
                    if item.error is not None:
                        raise item.error
                    result = work(item.path, target)
                except (FoveateError, MemoryError) as error:
                    stopping.check()
                    outcome.failed += 1
                    report_failure(item.path, error, as_json=as_json is not None, names=names)
                else:
                    outcome.done.append(result)
                    if as_json is not None:
                        print_json(as_json(result))
        except KeyboardInterrupt:
            outcome.interrupted = True
    if outcome.interrupted:
        tell_interruption(len(outcome.done), len(inputs))
    return outcome


def tell_interruption(done: int, total: int) -> None:
    """Says on stderr how far a batch came."""
    print(f"foveate: interrupted: {done} of {total} done, nothing half-written", file=sys.stderr)


def failure_message(source: Path, error: Exception, names: Mapping[str, str] | None = None) -> str:
    """What went wrong with a picture, in one line that begins with its name."""
    name = printable(source)
    message = printable(in_options(str(error), names))
    if isinstance(error, MemoryError):
        message = "does not fit in this machine's memory; resize it first"
    begins = (name, "<stdin>", EMPTY_NAME)
    return message if message.startswith(begins) else f"{name}: {message}"


def report_failure(
    source: Path, error: Exception, *, as_json: bool, names: Mapping[str, str] | None = None
) -> None:
    """Tells of a picture that failed: on stderr, and with `as_json` on stdout too."""
    message = failure_message(source, error, names)
    print(f"foveate: {message}", file=sys.stderr)
    if as_json:
        print_json({"source": str(source), "error": message})


def progress(total: int, *, as_json: bool) -> AbstractContextManager[Callable[[str], None]]:
    """A progress bar on stderr where that is a terminal, which goes away in the end.

    It would mix with JSON lines that go to the same terminal, so then there is none.
    """
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        return nullcontext(lambda name: None)
    from foveate.cli.terminal import progress_bar

    return progress_bar(total)
