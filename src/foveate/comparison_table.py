"""Comparisons as the rows of a table: what terminals and pages print of several copies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from foveate._compare import Comparison
from foveate.metrics.quality import METRICS, Metric

UNKNOWN = "–"
SAME = "same"
_OUT_OF_100 = ("ssimulacra2",)  # other indices are 1 for identical pictures


@dataclass(frozen=True)
class Row:
    """One number of every copy."""

    label: str
    unit: str
    domain: str
    """luma, Cb, Cr or RGB; empty for bytes."""
    better: str
    """higher or lower"""
    values: tuple[str, ...]
    """As they are to be read, one a copy."""
    best: tuple[bool, ...]
    """Of several copies that differ, the best; those that read alike are best together."""


def told_apart(names: Sequence[str]) -> list[str]:
    """Files' names without their folders; with them where several would be called the same."""
    bare = [PurePath(name).name or name for name in names]
    return [
        name if bare.count(short) > 1 else short for name, short in zip(names, bare, strict=True)
    ]


def size_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """Bytes and bits a pixel."""
    return [
        _row("bytes", "", "", "lower", [c.bytes for c in comparisons], "{:,}"),
        _row("bits a pixel", "", "", "lower", [c.bpp for c in comparisons], "{:.3f}"),
    ]


def whole_picture_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """A row for each metric that was measured of all the picture."""
    return [
        _metric_row(metric, [c.metrics[metric.name] for c in comparisons])
        for metric in METRICS
        if metric.name in comparisons[0].metrics and not metric.needs_map
    ]


def map_rows(comparisons: Sequence[Comparison]) -> list[Row]:
    """A row for each metric of where people look: defined by the map, or averaged with it."""
    rows = []
    for metric in METRICS:
        if metric.name in comparisons[0].weighted:
            rows.append(_metric_row(metric, [c.weighted[metric.name] for c in comparisons]))
        elif metric.needs_map and metric.name in comparisons[0].metrics:
            rows.append(_metric_row(metric, [c.metrics[metric.name] for c in comparisons]))
    return rows


def _metric_row(metric: Metric, values: Sequence[float]) -> Row:
    form = "{:.2f}" if metric.unit == "dB" or metric.name in _OUT_OF_100 else "{:.4f}"
    return _row(metric.label, metric.unit, metric.domain, metric.better, values, form)


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
