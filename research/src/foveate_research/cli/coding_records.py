"""What each record of coders shows people on a terminal."""

from __future__ import annotations

from typing import Any

from foveate_research.cli.tables import (
    BYTES,
    NONE,
    Cells,
    differences,
    means,
    number,
    print_cells,
    print_notes,
    with_interval,
)
from foveate_research.coders.codecs import PLAIN
from foveate_research.coders.coding_summary import label

WITH_INTERVALS = "95 % intervals"


def show_table1(record: dict[str, Any]) -> None:
    """The printed rows, ours, their differences to plain JPEG, and the qualities."""
    from foveate_research.coders.table1 import QUALITY_LABELS

    metrics, rows = record["metrics"], record["rows"]
    cells: Cells = []
    for block, printed in record["printed"].items():
        cells.append((f"printed: {block}", {}))
        for row, values in printed.items():
            cells.append((f"  {row}", {n: number(n, value) for n, value in values.items()}))
    cells.append((f"ours: {record['set']}, {record['count']} scenes", {}))
    cells += [(f"  {row}", of) for row, of in means(record, rows, list(metrics))]
    print_cells("Table 1", cells, metrics)
    less = differences(record, rows, list(metrics), to=PLAIN)
    print_cells(f"less plain JPEG, {WITH_INTERVALS}", less, {**BYTES, **metrics})
    print_cells("qualities", means(record, rows, list(QUALITY_LABELS)), QUALITY_LABELS)
    print_notes(record["notes"])


def show_figure4(record: dict[str, Any]) -> None:
    """The lines as numbers, a size a row."""
    lines = {
        f"{codec} {metric}": (f"{label(codec)}\n{metric}", values)
        for codec, of in record["above_plain_jpeg"].items()
        for metric, values in of.items()
    }
    cells: Cells = [
        (size, {name: number(name, values[at], sign="+") for name, (_, values) in lines.items()})
        for at, size in enumerate(record["pictures"])
    ]
    print_cells("above plain JPEG", cells, {name: heading for name, (heading, _) in lines.items()})
    print_notes([f"printed: {record['printed']}", *record["notes"]])


def show_figure5(record: dict[str, Any]) -> None:
    """The bars as numbers, a category a row."""
    from foveate_research.coders.categories import METRIC

    labels = {codec: title for codec, title in record["labels"].items() if codec != PLAIN}
    cells: Cells = [
        (
            category,
            {
                c: with_interval(METRIC, rows[c].get(METRIC, {}).get(f"minus_{PLAIN}"))
                for c in labels
            },
        )
        for category, rows in {**record["categories"], "all": record["all"]}.items()
    ]
    print_cells("PSNR-HVS above plain JPEG", cells, labels)
    print_notes(record["notes"])


def show_same_place(record: dict[str, Any]) -> None:
    """Means and differences to plain JPEG, quality by quality."""
    metrics = record["metrics"]
    for quality, of in record["qualities"].items():
        values = means(record, of["rows"], list(metrics))
        print_cells(f"at quality {quality}'s bytes", values, metrics)
        less = differences(record, of["rows"], list(metrics), to=PLAIN)
        print_cells(f"less plain JPEG, {WITH_INTERVALS}", less, {**BYTES, **metrics})
    print_notes(record["notes"])


def show_other_viewers(record: dict[str, Any]) -> None:
    """What each map gains over none where the measured half looked, and shares of the gain."""
    cells: Cells = [
        (name, {"gain": with_interval("psnr_y", told)})
        for name, told in record["gain_over_none"].items()
    ]
    print_cells("map", cells, {"gain": "gain over no map, dB"})
    shares: Cells = [
        (name, {"share": with_interval("cc", told)})
        for name, told in record["share_of_gain"].items()
    ]
    print_cells("gain of one map", shares, {"share": "share of the other's"})


def show_vector_quantiser(record: dict[str, Any]) -> None:
    """Means, and differences to plain JPEG and to the quantiser without a map."""
    metrics, rows = record["metrics"], record["rows"]
    print_cells("means", means(record, rows, list(metrics)), metrics)
    for other in (PLAIN, "vq"):
        less = differences(record, rows, list(metrics), to=other)
        title = f"less {record['labels'][other]}, {WITH_INTERVALS}"
        print_cells(title, less, {**BYTES, **metrics})
    print_notes(record["notes"])


def show_codecs(record: dict[str, Any]) -> None:
    """BD-rates, differences at equal bytes, and time."""
    labels, metrics, anchor = record["labels"], record["metrics"], record["anchor"]
    for rates, against in (
        (record["bd_rate_per_cent"], labels.get(anchor)),
        (record["map_bd_rate_per_cent"], "the same without a map"),
    ):
        columns = {n: text for n, text in metrics.items() if any(n in of for of in rates.values())}
        if columns:
            cells: Cells = [
                (labels[codec], {name: _per_cent(of.get(name)) for name in columns})
                for codec, of in rates.items()
            ]
            print_cells(f"BD-rate against {against}, %", cells, columns)
    _show_best_rival(record)
    for quality, rows in record["equal_bytes"].items():
        for other in (PLAIN, anchor):
            if other in rows:
                less = differences(record, rows, list(metrics), to=other)
                title = f"quality {quality}, less {labels[other]}"
                print_cells(title, less, {**BYTES, **metrics})
    print_cells(
        "processor time",
        [
            (labels[codec], {"seconds": f"{of['mean']:.3f}"})
            for codec, of in record["seconds_a_megapixel"].items()
        ],
        {"seconds": "s a megapixel"},
    )
    print_notes(record["notes"])


def _show_best_rival(record: dict[str, Any]) -> None:
    found = record["best_rival"]
    rates, metrics = found["bd_rate_per_cent"], record["metrics"]
    if not rates:
        return
    columns = {n: text for n, text in metrics.items() if any(n in of for of in rates.values())}
    worse = "worse than mozjpeg, % of pictures"
    cells: Cells = [
        (
            record["labels"][codec],
            {
                **{name: _per_cent(of.get(name)) for name in columns},
                worse: f"{found['worse_per_cent'][codec]:.0f}"
                if codec in found["worse_per_cent"]
                else NONE,
            },
        )
        for codec, of in rates.items()
    ]
    print_cells("BD-rate against the picture's best rival, %", cells, {**columns, worse: worse})


def _per_cent(told: dict[str, Any] | None) -> str:
    if told is None:
        return NONE
    low, high = told["interval_95"]
    return f"{told['mean']:+.1f} [{low:+.1f}, {high:+.1f}]"
