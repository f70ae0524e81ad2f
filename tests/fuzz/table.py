"""What a run of all fuzzers did, as a table: read from what each of them printed.

usage: python tests/fuzz/table.py LOG...

Each log is called TARGET.txt. Where a fuzzer does not tell how long it ran, its last line,
"seconds N", does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_WIDTHS = (10, -12, -8, -9, -10, -9)
_HEAD = ("target", "executions", "seconds", "a second", "new files", "coverage")
_EXECUTIONS = (r"stat::number_of_executed_units:\s*(\d+)", r"(\d+) executions")
_NEW = (r"stat::new_units_added:\s*(\d+)", r"(\d+) new files")
_COVERAGE = (r"cov: (\d+)", r"(\d+) places reached")


@dataclass(frozen=True)
class Run:
    """One target's run. What its fuzzer did not tell is None."""

    target: str
    executions: int | None
    seconds: int
    new_files: int | None
    coverage: int | None

    @property
    def row(self) -> str:
        speed = None if self.executions is None else round(self.executions / max(self.seconds, 1))
        numbers = [self.executions, self.seconds, speed, self.new_files, self.coverage]
        return _line([self.target, *("-" if n is None else f"{n:,}" for n in numbers)])


def _line(cells: Sequence[str]) -> str:
    pairs = zip(cells, _WIDTHS, strict=True)
    return " ".join(c.ljust(w) if w > 0 else c.rjust(-w) for c, w in pairs)


def run_of(log: Path) -> Run:
    """What a log tells."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return Run(
        target=log.stem,
        executions=_last(text, _EXECUTIONS),
        seconds=_last(text, (r"Done \d+ runs in (\d+) second", r"^seconds (\d+)$")) or 0,
        new_files=_last(text, _NEW),
        coverage=_last(text, _COVERAGE),
    )


def table(runs: Iterable[Run]) -> str:
    """A line a target, and one of all."""
    rows = list(runs)
    executions = sum(run.executions or 0 for run in rows)
    new_files = sum(run.new_files or 0 for run in rows)
    whole = Run("all", executions, sum(run.seconds for run in rows), new_files, None)
    return "\n".join([_line(_HEAD), *(run.row for run in rows), whole.row])


def _last(text: str, patterns: Iterable[str]) -> int | None:
    for pattern in patterns:
        if found := re.findall(pattern, text, re.MULTILINE):
            return int(found[-1])
    return None


if __name__ == "__main__":
    print(table(run_of(Path(name)) for name in sys.argv[1:]))
