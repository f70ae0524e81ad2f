"""What people are shown of the records of `foveate evaluate`: tables with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foveate.cli.terminal import console
from foveate_research.cli.tables import Cells, print_cells, print_notes, with_interval

SPOILT_METRICS = ("max_f_of_mean_curve", "adaptive_f", "mae")
"""What people are shown of spoilt pictures; the record has all."""


def show_scores(record: Mapping[str, Any], metrics: Mapping[str, str]) -> None:
    """A line a metric that any model has, then the differences, each to one model."""
    row = record["rows"][0]
    measured = [name for name in metrics if any(name in of for of in row["models"].values())]
    _print_metrics("metric", row["models"], measured)
    to_others: dict[str, dict[str, Any]] = {}
    for each in row["differences"]:
        of = to_others.setdefault(each["second"], {}).setdefault(each["first"], {})
        of[each["metric"]] = each
    for other, differences in to_others.items():
        console().print(f"Differences to {other}, picture by picture:")
        _print_metrics("metric", differences, measured)
    fitted = [
        f"{name}: blur {of['blur_of_width']:.3f} of the width, temperature "
        f"{of['temperature']:.2f}, centre {of['centre_weight']:.2f}; from {of['pictures']} pictures"
        for name, of in row.get("fitted", {}).items()
    ]
    print_notes([*fitted, *(f"{_spoken(name)}: {metrics[name]}" for name in measured), _foot(row)])


def show_spoilt(record: Mapping[str, Any], metrics: Mapping[str, str]) -> None:
    """A table a metric: ways of spoiling by model."""
    row = record["rows"][0]
    models = row["models"]
    for metric in SPOILT_METRICS:
        cells: Cells = [
            (way, {name: _estimate(of[way][metric]) for name, of in models.items()})
            for way in next(iter(models.values()))
        ]
        print_cells(metrics[metric], cells, {name: name for name in models})
    print_notes([_foot(row)])


def _print_metrics(
    corner: str, models: Mapping[str, Mapping[str, Any]], metrics: Sequence[str]
) -> None:
    cells: Cells = [
        (_spoken(metric), {name: _estimate(of.get(metric)) for name, of in models.items()})
        for metric in metrics
    ]
    print_cells(corner, cells, {name: name for name in models})


def _spoken(metric: str) -> str:
    return metric.replace("_", " ")


def _estimate(estimate: Mapping[str, Any] | None) -> str:
    """An estimate in words, such as 0.712 (0.690 to 0.734)."""
    if estimate is None:
        return "–"
    low, high = estimate["interval_95"]
    return f"{estimate['mean']:.3f} ({low:.3f} to {high:.3f})"


def _foot(row: Mapping[str, Any]) -> str:
    return f"{row['set']} {row['part']}: {row['count']} pictures; in brackets 95 % intervals"


def show_video(record: Mapping[str, Any]) -> None:
    """A table of what the map changes in video, a row a codec and strength."""
    columns = {
        "psnr_there": "PSNR there",
        "psnr": "PSNR",
        "pulse": "pulse, dB",
        "bits_at_equal_factor": "bits at equal factor",
    }
    cells: Cells = [
        (way, {name: with_interval("psnr_y", told[name]) for name in columns})
        for way, told in record["ways"].items()
    ]
    print_cells("the map's change", cells, columns)
    print_notes([f"{len(record['clips'])} clips at equal bits; 95 % intervals over them"])


def show_crops(record: Mapping[str, Any]) -> None:
    """A table of the share that each way keeps, a column a size of window; the notes."""
    columns = {name: name for name in record["kept"]}
    cells: Cells = []
    for way in record["cut"]:
        of = {name: record["kept"][name][way] for name in columns}
        texts = {}
        for name, told in of.items():
            low, high = told["interval_95"]
            texts[name] = f"{told['mean']:.3f} [{low:.3f}, {high:.3f}]"
        cells.append((way, {**texts, "cut": f"{record['cut'][way]['mean']:.3f}"}))
    print_cells("share kept", cells, {**columns, "cut": "cut"})
    speed = record["speed"]
    timed = (
        f"{speed['picture']}: map {speed['map_ms']} ms, window beyond it {speed['window_ms']} ms"
    )
    print_notes([f"{len(record['pictures'])} pictures; 95 % intervals over them", timed])
    print_notes(record["notes"])


def show_formats(record: Mapping[str, Any]) -> None:
    """A table of the formats at a quality, and one at plain JPEG's bytes."""
    kept: Cells = [
        (
            row["format"],
            {
                "bytes_of_jpeg": _estimate(row["bytes_of_jpeg"]),
                "seen": _estimate(row["seen"]),
                "smallest": str(row["smallest"]),
            },
        )
        for row in record["at_quality"]
    ]
    columns = {"bytes_of_jpeg": "bytes / JPEG's", "seen": "seen", "smallest": "smallest"}
    print_cells(f"quality {record['quality']}", kept, columns)
    fitted: Cells = [
        (row["format"], {"seen": _estimate(row["seen"]), "least": str(row["least"])})
        for row in record["at_bytes"]
    ]
    print_cells(
        f"bytes of plain JPEG {record['match_quality']}", fitted, {"seen": "seen", "least": "least"}
    )
    print_notes([f"{len(record['pictures'])} pictures; in brackets 95 % intervals over them"])
