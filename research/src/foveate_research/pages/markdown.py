"""Pages whose tables are written from results/: finding results, Markdown tables, markers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def _checkout() -> Path:
    """The repository around this file or, where Foveate is installed, around the caller."""
    working = Path.cwd()
    for folder in (*Path(__file__).resolve().parents, working, *working.parents):
        if (folder / "docs").is_dir() and (folder / "results").is_dir():
            return folder
    return working


ROOT = _checkout()
RESULTS = ROOT / "results"
ABSENT = "–"

Tables = Mapping[str, Callable[[], str]]
"""What makes a page's tables, by their names in its markers."""


def result(name: str) -> dict[str, Any]:
    """results/NAME.json; nothing where it was not made yet."""
    path = RESULTS / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """A Markdown table; the first column left, and the others right where they hold numbers."""
    other = "---:|" if numbers else "---|"
    lines = [f"| {' | '.join(headings)} |", "|---|" + other * (len(headings) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def number(value: float | None, digits: int = 3) -> str:
    return ABSENT if value is None else f"{value:.{digits}f}"


def with_interval(told: Mapping[str, Any] | None, digits: int = 3, *, sign: str = "+") -> str:
    """A record's estimate with its 95 % interval."""
    if told is None:
        return ABSENT
    mean, low, high = (f"{v:{sign}.{digits}f}" for v in (told["mean"], *told["interval_95"]))
    return f"{mean} [{low}, {high}]"


def replace(text: str, name: str, body: str) -> str:
    """`text` with `body` between the markers of `name`."""
    start, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    before, rest = text.split(start)
    return f"{before}{start}\n{body}\n{end}{rest.split(end)[1]}"


def filled(text: str, tables: Tables) -> str:
    """A page with every table made anew, each between its markers `table NAME`."""
    for name, made in tables.items():
        text = replace(text, f"table {name}", made())
    return text
