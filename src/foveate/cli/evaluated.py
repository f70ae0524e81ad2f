"""What `foveate evaluate` prints: rows for programs, tables with intervals for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from foveate.cli.batch import print_json
from foveate.errors import printable

if TYPE_CHECKING:
    from foveate.datasets.sets import PictureSet
    from foveate.experiments.measuring import Scores

DIGITS = 4
ACROSS = 3
"""Models side by side in one table, so that it fits 100 columns."""


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
    from foveate.experiments.measuring import difference

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
            other = found[against]
            row["against"] = against
            row["differences"] = {
                metric: difference(scores, other, metric).to_dict()
                for metric in scores.numbers
                if metric in other.numbers
            }
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
    _print_tables(rows, "metrics", metrics)
    differing = [row for row in rows if "differences" in row]
    if differing:
        out.print(f"Differences to {differing[0]['against']}, picture by picture:")
        _print_tables(differing, "differences", metrics)
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
    from foveate.cli.terminal import console, table

    out = console()
    names = list(dict.fromkeys(row["name"] for row in rows))
    spoilings = list(dict.fromkeys(row["spoiling"] for row in rows))
    cells = {(row["name"], row["spoiling"]): row for row in rows}
    for metric in ("max_f_of_mean_curve", "adaptive_f", "mae"):
        for start in range(0, len(names), ACROSS):
            shown = names[start : start + ACROSS]
            made = table(metrics[metric], *shown)
            for spoiling in spoilings:
                numbers = [cells[name, spoiling]["metrics"][metric] for name in shown]
                made.add_row(spoiling, *map(cell, numbers))
            out.print(made)
    _print_foot(rows)


def cell(estimate: Mapping[str, Any] | None) -> str:
    """ "0.712 (0.690 to 0.734)"."""
    if estimate is None:
        return "–"
    low, high = estimate["interval_95"]
    return f"{estimate['mean']:.3f} ({low:.3f} to {high:.3f})"


def _print_tables(rows: Sequence[dict[str, Any]], of: str, metrics: Mapping[str, str]) -> None:
    from foveate.cli.terminal import console, table

    for start in range(0, len(rows), ACROSS):
        shown = rows[start : start + ACROSS]
        made = table("metric", *(row["name"] for row in shown))
        for metric in metrics:
            numbers = [row[of].get(metric) for row in shown]
            if any(number is not None for number in numbers):
                made.add_row(metric.replace("_", " "), *map(cell, numbers))
        console().print(made)


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
