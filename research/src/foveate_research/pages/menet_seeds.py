"""The tables of MEnet beside its ablations over equal trainings that differ in their seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from foveate_research.pages.markdown import ABSENT, number, result, table
from foveate_research.pages.scores import WAYS

SEEDS = (1, 2, 3)
RECORD = "menet-seeds-{}"
NAMES = {
    "menet": "MEnet",
    "menet-ce": "its classifier",
    "menet-ce-only": "no metric",
    "menet-ce-plain": "no metric, no scales",
}
PAIRS = (
    ("menet", "menet-ce-plain"),
    ("menet", "menet-ce-only"),
    ("menet", "menet-ce"),
    ("menet-ce", "menet-ce-plain"),
    ("menet-ce", "menet-ce-only"),
)
MEASURES = {"adaptive_f": "F", "max_f_of_mean_curve": "max F", "mae": "MAE"}
COMPARED = ("adaptive_f", "max_f_of_mean_curve")

Row = Mapping[str, Any]


def scores() -> str:
    """Each network's means over seeds, on whole and on spoilt pictures."""
    rows = _rows()
    if not rows:
        return ABSENT
    measures = [(key, way) for way in WAYS for key in MEASURES]
    lines = [
        (
            shown,
            *(
                number(float(np.mean([_mean(row, seed, name, way, key) for seed, row in rows])))
                for key, way in measures
            ),
        )
        for name, shown in NAMES.items()
    ]
    headings = (f"mean of {len(rows)} seeds", *(MEASURES[key] + WAYS[way] for key, way in measures))
    return table(headings, lines)


def differences() -> str:
    """A pair's mean difference, its interval over seeds, and the seeds whose pictures are sure."""
    rows = _rows()
    if not rows:
        return ABSENT
    measures = [(key, way) for key in COMPARED for way in WAYS]
    lines = [
        (
            f"{NAMES[first]} − {NAMES[second]}",
            *(
                _cell([_difference(*row, first, second, *measure) for row in rows])
                for measure in measures
            ),
        )
        for first, second in PAIRS
    ]
    return table(("", *(MEASURES[key] + WAYS[way] for key, way in measures)), lines)


def lost() -> str:
    """What noise and JPEG take of each network's F and max F: means over seeds and each seed's."""
    rows = _rows()
    if not rows:
        return ABSENT
    measures = [(key, way) for key in COMPARED for way in WAYS if way != "none"]
    lines = []
    for name, shown in NAMES.items():
        cells = []
        for key, way in measures:
            drops = [
                _mean(row, seed, name, way, key) - _mean(row, seed, name, "none", key)
                for seed, row in rows
            ]
            each = ", ".join(f"{drop:+.3f}" for drop in drops)
            cells.append(f"{np.mean(drops):+.3f} ({each})")
        lines.append((shown, *cells))
    headings = ("what is lost to", *(MEASURES[key] + WAYS[way] for key, way in measures))
    return table(headings, lines)


def _rows() -> list[tuple[int, Row]]:
    """The seeds that were measured, each with its row."""
    found = ((seed, result(RECORD.format(seed)).get("rows")) for seed in SEEDS)
    return [(seed, rows[0]) for seed, rows in found if rows]


def _mean(row: Row, seed: int, name: str, way: str, measure: str) -> float:
    return float(row["models"][f"{name}-{seed}"][way][measure]["mean"])


def _difference(seed: int, row: Row, first: str, second: str, measure: str, way: str) -> Row:
    wanted = (f"{first}-{seed}", f"{second}-{seed}", measure, way)
    for each in row["differences"]:
        if tuple(each[key] for key in ("first", "second", "metric", "way")) == wanted:
            found: Row = each
            return found
    raise KeyError(wanted)


def _cell(of: list[Row]) -> str:
    """Mean over seeds, Student's 95 % interval over them, and how many are sure over pictures."""
    means = np.array([each["mean"] for each in of])
    mean = float(means.mean())
    sure = sum(low * mean > 0 and high * mean > 0 for low, high in (e["interval_95"] for e in of))
    cell = f"{mean:+.3f}"
    if len(of) > 1:
        from scipy.stats import t

        reach = float(t.ppf(0.975, len(of) - 1) * means.std(ddof=1) / len(of) ** 0.5)
        cell += f" [{mean - reach:+.3f}, {mean + reach:+.3f}]"
    return f"{cell} {sure} of {len(of)}"


TABLES = {"menet-seeds": scores, "menet-seed-differences": differences, "menet-seed-losses": lost}
