"""Prints comparisons as tables that fit the terminal: a row for each metric, a column per copy."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from foveate.cli.terminal import console, print_table, table
from foveate.comparison import Comparison
from foveate.comparison.rows import (
    UNKNOWN,
    Row,
    map_rows,
    size_rows,
    told_apart,
    whole_picture_rows,
)
from foveate.errors import printable


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    """Prints the comparisons of one or more copies with the same original."""
    out = console()
    first = comparisons[0]
    if len(comparisons) == 1:
        print_table(out, _table_of_one(first))
    else:
        _show_several(out, comparisons)
    out.print(
        f"against {first.original}, {first.width} x {first.height}; "
        f"map: {printable(first.map)}, confidence {first.confidence:.2f}",
        style="dim",
        soft_wrap=True,
    )


def _table_of_one(comparison: Comparison) -> Table:
    """A copy's metrics over the whole picture, and beside them those by the map."""
    rows = table(comparison.copy, "whole picture", "by the map")
    for row in size_rows([comparison]):
        rows.add_row(_label(row), row.values[0], "")
    rows.add_section()
    whole = {_label(row): row.values[0] for row in whole_picture_rows([comparison])}
    by_map = {_label(row): row.values[0] for row in map_rows([comparison])}
    for label in (*(label for label in by_map if label not in whole), *whole):
        rows.add_row(label, whole.get(label, UNKNOWN), by_map.get(label, UNKNOWN))
    return rows


def _show_several(out: Console, comparisons: Sequence[Comparison]) -> None:
    """Prints a table with a column for each copy.

    Where the copies' names do not fit side by side they are numbered instead. Where that is still
    too wide there are several tables.
    """
    names = told_apart([each.copy for each in comparisons])
    groups = (
        ("", size_rows(comparisons)),
        ("whole picture", whole_picture_rows(comparisons)),
        ("by the map", map_rows(comparisons)),
    )
    everyone = range(len(names))
    if not _fits(out, made := _table_of_several(names, groups, everyone)):
        for number, name in enumerate(names, 1):
            out.print(f"{number:>3}  {name}", soft_wrap=True)
        names = [str(number) for number in range(1, len(names) + 1)]
        made = _table_of_several(names, groups, everyone)
    if _fits(out, made):
        out.print(made)
    else:
        shown = len(names)
        while shown > 1 and not _fits(out, _table_of_several(names, groups, everyone[:shown])):
            shown -= 1
        for start in range(0, len(names), shown):
            out.print(_table_of_several(names, groups, everyone[start : start + shown]))
    out.print("* the best of the copies", style="dim")


def _table_of_several(
    names: Sequence[str], groups: Sequence[tuple[str, Sequence[Row]]], columns: Sequence[int]
) -> Table:
    made = table("", *(names[column] for column in columns))
    for title, rows in groups:
        if title and rows:
            made.add_section()
            made.add_row(title, style="bold")
        for row in rows:
            cells = ("*" * row.best[c] + row.values[c] for c in columns)
            made.add_row(_label(row), *cells)
    return made


def _fits(out: Console, made: Table) -> bool:
    return Measurement.get(out, out.options.update(width=10_000), made).maximum <= out.width


def _label(row: Row) -> str:
    if row.domain and row.better == "lower":
        return f"{row.label} ↓"
    return f"{row.label}, {row.unit}" if row.unit else row.label
