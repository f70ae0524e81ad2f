"""How records are shown to people: tables that fit the terminal, and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foveate.cli.terminal import console, table
from foveate_research.pages.coder_tables import digits

Cells = list[tuple[str, Mapping[str, str]]]
"""A row's name and what stands in its columns; a row of none is a heading."""

NONE = "–"
BYTES = {"bytes_ratio": "bytes"}
"""The column that stands before differences: a file's bytes over plain JPEG's."""
_GAP = 3
_HOW_IT_RAN = frozenset(("command", "commit", "date", "machine", "versions"))


def number(metric: str, value: float | None, *, sign: str = "") -> str:
    """dB and SSIMULACRA 2 to two decimals, indices to three or four."""
    return NONE if value is None else f"{value:{sign}.{digits(metric)}f}"


def mean(metric: str, told: Mapping[str, Any] | None) -> str:
    """The mean of a record's estimate."""
    return NONE if told is None else number(metric, told["mean"])


def with_interval(metric: str, told: Mapping[str, Any] | None) -> str:
    """A record's estimate of a difference with its 95 % interval."""
    if told is None:
        return NONE
    low, high = (number(metric, value, sign="+") for value in told["interval_95"])
    return f"{number(metric, told['mean'], sign='+')} [{low}, {high}]"


def print_cells(title: str, cells: Cells, columns: Mapping[str, str]) -> None:
    """One table, or several below each other where the terminal is narrow.

    columns: names and their headings.
    """
    out = console()
    widths = {
        name: max([_longest(heading), *(len(row.get(name, "")) for _, row in cells)]) + _GAP
        for name, heading in columns.items()
    }
    room = out.width - max([len(title), *(len(row) for row, _ in cells)]) - _GAP
    for part in _parts(widths, room):
        made = table(title, *(columns[name] for name in part))
        for row, values in cells:
            made.add_row(row, *(values.get(name, NONE if values else "") for name in part))
        out.print(made)


def _longest(heading: str) -> int:
    return max(map(len, heading.split("\n")))


def _parts(widths: Mapping[str, int], room: int) -> list[list[str]]:
    """Columns dealt to tables as wide as the room; one at least in each."""
    parts: list[list[str]] = [[]]
    taken = 0
    for name, width in widths.items():
        if parts[-1] and taken + width > room:
            parts.append([])
            taken = 0
        parts[-1].append(name)
        taken += width
    return parts


def means(record: Mapping[str, Any], rows: Mapping[str, Any], metrics: Sequence[str]) -> Cells:
    """Each coder's means."""
    return [
        (record["labels"][codec], {name: mean(name, of.get(name)) for name in metrics})
        for codec, of in rows.items()
    ]


def differences(
    record: Mapping[str, Any], rows: Mapping[str, Any], metrics: Sequence[str], *, to: str
) -> Cells:
    """Each coder's bytes and its differences to another."""
    key = f"minus_{to}"
    cells: Cells = []
    for codec, of in rows.items():
        if codec != to:
            told = {name: with_interval(name, of.get(name, {}).get(key)) for name in metrics}
            told |= {name: mean(name, of.get(name)) for name in BYTES}
            cells.append((record["labels"][codec], told))
    return cells


def print_notes(notes: Sequence[str]) -> None:
    """What a reader has to know, one a line."""
    for note in notes:
        console().print(note, style="dim", soft_wrap=True)


def show_record(record: Mapping[str, Any]) -> None:
    """Any record: a table of each list of rows, a line of each number; how it ran is left out."""
    _show("", {name: value for name, value in record.items() if name not in _HOW_IT_RAN})


def _show(name: str, value: Any) -> None:
    title = name.replace("_", " ")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        first, *_ = value[0]
        _show_rows(first, [(_words(row[first]), row) for row in value])
    elif isinstance(value, Mapping) and value and all(map(_is_row, value.values())):
        _show_rows(title, list(value.items()))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            _show(f"{name} {key}".strip(), each)
    else:
        console().print(f"{title}: {_words(value)}", soft_wrap=True)


def _is_row(value: Any) -> bool:
    return isinstance(value, Mapping) and not any(
        isinstance(each, Mapping | list) for each in value.values()
    )


def _show_rows(title: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    columns = dict.fromkeys(key for _, row in rows for key in row if key != title)
    cells: Cells = [
        (str(name), {key: _words(row.get(key)) for key in columns}) for name, row in rows
    ]
    print_cells(title, cells, {key: key.replace("_", " ") for key in columns})


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return NONE if value is None else str(value)
