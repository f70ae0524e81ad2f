"""What `foveate evaluate` prints: rows for programs, tables with intervals for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from foveate.cli.batch import print_json
from foveate.errors import printable

if TYPE_CHECKING:
    from foveate_research.datasets.sets import PictureSet
    from foveate_research.maps.measuring import Scores

DIGITS = 4
GAP = 3  # blanks that a table puts between columns
SPOILT_METRICS = ("max_f_of_mean_curve", "adaptive_f", "mae")
"""What people are shown of spoilt pictures; JSON has all."""


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[str], None]]:
    """Gives a function to call with each picture's key: a bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from foveate.cli.terminal import progress_bar

    with progress_bar(total or 1) as advance:
        yield lambda key: advance(printable(key))


def rows_of(
    found: Mapping[str, Scores],
    pictures: PictureSet[Any],
    *,
    against: str | None,
    pictures_too: bool = False,
) -> list[dict[str, Any]]:
    """One row a source: its set, means with intervals, differences where asked for."""
    rows = []
    for name, scores in found.items():
        row: dict[str, Any] = {
            "name": name,
            **pictures.described(),
            "count": len(scores.keys),
            "metrics": {
                metric: estimate.to_dict() for metric, estimate in scores.estimates().items()
            },
        }
        if against is not None and name != against:
            less = scores.less(found[against])
            row["against"] = against
            row["differences"] = {metric: of.to_dict() for metric, of in less.items()}
        if pictures_too:
            row["keys"] = scores.keys
            row["pictures"] = {
                metric: rounded(numbers) for metric, numbers in scores.numbers.items()
            }
        rows.append(row)
    return rows


def rounded(numbers: Any) -> list[float | None]:
    """Numbers to four digits for JSON; NaN, which a picture has no number for, is null."""
    return [None if number != number else round(float(number), DIGITS) for number in numbers]


def print_rows(
    rows: Sequence[dict[str, Any]], metrics: Mapping[str, str], *, as_json: bool
) -> None:
    """The rows as JSON, or as tables of metrics by source."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    from foveate.cli.terminal import console

    out = console()
    _print_metrics(rows, "metrics", metrics)
    differing = [row for row in rows if "differences" in row]
    if differing:
        out.print(f"Differences to {differing[0]['against']}, picture by picture:")
        _print_metrics(differing, "differences", metrics)
    for row in rows:
        if "fitted" in row:
            numbers = row["fitted"]
            out.print(
                f"{row['name']}: blur {numbers['blur_of_width']:.3f} of the width, temperature "
                f"{numbers['temperature']:.2f}, centre {numbers['centre_weight']:.2f}; from "
                f"{numbers['pictures']} pictures",
                style="dim",
                soft_wrap=True,
            )
    for metric, meaning in metrics.items():
        if any(metric in row["metrics"] for row in rows):
            out.print(f"{metric.replace('_', ' ')}: {meaning}", style="dim", soft_wrap=True)
    _print_foot(rows)


def print_spoilt(
    rows: Sequence[dict[str, Any]], metrics: Mapping[str, str], *, as_json: bool
) -> None:
    """Rows of spoilt pictures as JSON, or as a table a metric: spoilings by source."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    names = list(dict.fromkeys(row["name"] for row in rows))
    spoilings = list(dict.fromkeys(row["spoiling"] for row in rows))
    cells = {(row["name"], row["spoiling"]): row["metrics"] for row in rows}
    for metric in SPOILT_METRICS:
        lines = {
            spoiling: [cell(cells[name, spoiling][metric]) for name in names]
            for spoiling in spoilings
        }
        _print_table(metrics[metric], names, lines)
    _print_foot(rows)


def cell(estimate: Mapping[str, Any] | None) -> str:
    """An estimate in words, such as 0.712 (0.690 to 0.734)."""
    if estimate is None:
        return "–"
    low, high = estimate["interval_95"]
    return f"{estimate['mean']:.3f} ({low:.3f} to {high:.3f})"


def _print_metrics(rows: Sequence[dict[str, Any]], of: str, metrics: Mapping[str, str]) -> None:
    """A line a metric that any of the rows has."""
    lines = {
        metric.replace("_", " "): [cell(row[of].get(metric)) for row in rows]
        for metric in metrics
        if any(metric in row[of] for row in rows)
    }
    _print_table("metric", [row["name"] for row in rows], lines)


def _print_table(corner: str, names: Sequence[str], lines: Mapping[str, Sequence[str]]) -> None:
    """One table, or several below each other where not all columns fit the terminal."""
    from foveate.cli.terminal import console, table

    out = console()
    label_width = max(map(len, (corner, *lines)))
    widths = [
        max(len(name), *(len(cells[column]) for cells in lines.values()))
        for column, name in enumerate(names)
    ]
    start = 0
    while start < len(names):
        end, used = start, label_width + GAP
        while end < len(names) and (end == start or used + widths[end] + GAP <= out.width):
            used += widths[end] + GAP
            end += 1
        made = table(corner, *names[start:end])
        for label, cells in lines.items():
            made.add_row(label, *cells[start:end])
        out.print(made)
        start = end


def _print_foot(rows: Sequence[dict[str, Any]]) -> None:
    """Which pictures were measured, and what the brackets say."""
    from foveate.cli.terminal import console

    counts = sorted({row["count"] for row in rows})
    measured = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    console().print(
        f"{rows[0]['set']} {rows[0]['part']}: {measured} pictures; in brackets 95 % intervals",
        style="dim",
        soft_wrap=True,
    )
