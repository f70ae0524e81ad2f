"""Comparisons of several copies as the rows of a table, which terminals and pages print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from foveate.comparison.measured import Comparison
from foveate.metrics.quality import METRICS, Metric

UNKNOWN = "–"
SAME = "same"
_OUT_OF_100 = ("ssimulacra2",)  # the other indices without a unit are 1 for identical pictures


@dataclass(frozen=True)
class Row:
    """One measure of every copy."""

    label: str
    unit: str
    """The unit, such as dB; empty where there is none."""
    domain: str
    """The samples that are measured: luma, Cb, Cr or RGB; empty for sizes."""
    better: str
    """Either higher or lower."""
    values: tuple[str, ...]
    """The text to print for each copy."""
    best: tuple[bool, ...]
    """Whether each copy is the best. Copies with the same text are best together; where all have
    the same text, none is."""


def told_apart(names: Sequence[str]) -> list[str]:
    """The names of files without their folders, except where two files have the same name."""
    bare = [PurePath(name).name or name for name in names]
    return [
        name if bare.count(short) > 1 else short for name, short in zip(names, bare, strict=True)
    ]


def size_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """The rows for the files' sizes."""
    return [
        _row("bytes", "", "", "lower", [c.bytes for c in comparisons], "{:,}"),
        _row("bits per pixel", "", "", "lower", [c.bpp for c in comparisons], "{:.3f}"),
    ]


def whole_picture_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """A row for each metric that was measured over the whole picture."""
    return [
        _metric_row(metric, [c.metrics[metric.name] for c in comparisons])
        for metric in METRICS
        if metric.name in comparisons[0].metrics and not metric.needs_map
    ]


def map_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """A row for each metric that the map defines, or that was averaged with the map as weights."""
    rows = []
    for metric in METRICS:
        if metric.name in comparisons[0].weighted:
            rows.append(_metric_row(metric, [c.weighted[metric.name] for c in comparisons]))
        elif metric.needs_map and metric.name in comparisons[0].metrics:
            rows.append(_metric_row(metric, [c.metrics[metric.name] for c in comparisons]))
    return rows


def _metric_row(metric: Metric, values: Sequence[float]) -> Row:
    form = "{:.2f}" if metric.unit == "dB" or metric.name in _OUT_OF_100 else "{:.4f}"
    better = "lower" if metric.lower_is_better else "higher"
    return _row(metric.label, metric.unit, metric.domain, better, values, form)


def _row(
    label: str,
    unit: str,
    domain: str,
    better: str,
    values: Sequence[float | None],
    form: str,
) -> Row:
    read = tuple(_read(value, form) for value in values)
    known = [value for value in values if value is not None]
    best: tuple[bool, ...] = (False,) * len(read)
    if len(set(read)) > 1 and known:
        winner = _read(max(known) if better == "higher" else min(known), form)
        best = tuple(text == winner for text in read)
    return Row(label, unit, domain, better, read, best)


def _read(value: float | None, form: str) -> str:
    if value is None:
        return UNKNOWN
    return form.format(value) if math.isfinite(value) else SAME
