"""Comparisons as rows: what is told, and which value is marked."""

from __future__ import annotations

import dataclasses
import math

import pytest

from foveate.comparison import Comparison
from foveate.comparison.rows import map_rows, size_rows, told_apart, whole_picture_rows
from foveate.metrics.quality import METRICS


def comparison(**values: float | None) -> Comparison:
    metrics = {metric.name: 0.5 for metric in METRICS}
    weighted = {metric.name: 0.25 for metric in METRICS if metric.pools}
    size = {"bytes": values.pop("bytes", 1000), "bpp": values.pop("bpp", 1.0)}
    return Comparison(
        original="a", copy="b", width=8, height=8, original_bytes=None, metrics=metrics | values,
        weighted=weighted, map="none", confidence=0.0, **size,
    )  # fmt: skip


def row_of(rows, label):
    (row,) = [row for row in rows if row.label == label]
    return row


def test_every_metric_has_its_row() -> None:
    whole, by_map = whole_picture_rows([comparison()]), map_rows([comparison()])
    assert [row.label for row in whole] == [m.label for m in METRICS if not m.needs_map]
    assert [row.label for row in by_map] == [m.label for m in METRICS if m.needs_map or m.pools]
    assert row_of(by_map, "SSIM").values == ("0.2500",)


def test_metrics_that_were_not_measured_have_no_row() -> None:
    one = dataclasses.replace(comparison(), metrics={"ssim": 0.9}, weighted={})
    assert [row.label for row in whole_picture_rows([one])] == ["SSIM"]
    assert map_rows([one]) == []


def test_the_highest_quality_and_the_fewest_bytes_are_marked() -> None:
    copies = [comparison(psnr_y=30.0, bytes=900), comparison(psnr_y=31.0, bytes=1200)]
    assert row_of(whole_picture_rows(copies), "PSNR").best == (False, True)
    assert row_of(size_rows(copies), "bytes").best == (True, False)


def test_of_butteraugli_the_lowest_is_marked() -> None:
    copies = [comparison(butteraugli=value) for value in (0.9, 1.4)]
    row = row_of(whole_picture_rows(copies), "Butteraugli 3-norm")
    assert (row.better, row.best) == ("lower", (True, False))


def test_values_that_read_alike_are_best_together() -> None:
    copies = [comparison(psnr_y=value) for value in (30.001, 30.002, 20.0)]
    assert row_of(whole_picture_rows(copies), "PSNR").best == (True, True, False)


@pytest.mark.parametrize("values", [(30.0,), (30.001, 30.002)])
def test_nothing_is_marked_where_nothing_differs(values: tuple[float, ...]) -> None:
    copies = [comparison(psnr_y=value) for value in values]
    assert not any(row_of(whole_picture_rows(copies), "PSNR").best)


def test_a_copy_without_error_reads_same_and_is_the_best() -> None:
    row = row_of(whole_picture_rows([comparison(psnr_y=30.0), comparison(psnr_y=math.inf)]), "PSNR")
    assert (row.values, row.best) == (("30.00", "same"), (False, True))


def test_what_is_not_known_is_never_the_best() -> None:
    row = row_of(size_rows([comparison(bytes=None), comparison(bytes=7)]), "bytes")
    assert (row.values, row.best) == (("–", "7"), (False, True))


def test_names_are_short_unless_two_would_be_the_same() -> None:
    assert told_apart(["x/a.png", "y/b.jpg"]) == ["a.png", "b.jpg"]
    assert told_apart(["x/a.png", "y/a.png", "b.jpg"]) == ["x/a.png", "y/a.png", "b.jpg"]
    assert told_apart(["<array>"]) == ["<array>"]
