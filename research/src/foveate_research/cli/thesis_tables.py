"""What `foveate reproduce thesis` and `foveate classify parameters` show people."""

from __future__ import annotations

from typing import Any

from foveate.cli.terminal import console, table


def show_thesis(record: dict[str, Any]) -> None:
    """Tables 4.1 and 4.2 with the thesis' rows beside, and the differences that decide."""
    out = console()
    printed = printed_rows(record)
    rows = table(
        "table 4.1",
        *("thesis\ntop-1", "thesis\ngain", "top-1", "gain", "thesis\ntop-5", "top-5", "gain"),
        *("seeds", "parameters"),
    )
    for name, ours in record["table4.1"].items():
        theirs = printed.get(name, {})
        rows.add_row(
            name,
            _number(theirs.get("top1")),
            _signed(theirs.get("gain1")),
            _spread(ours["top1"]),
            _signed(ours["top1"].get("gain")),
            _number(theirs.get("top5")),
            _spread(ours["top5"]),
            _signed(ours["top5"].get("gain")),
            str(len(ours["seeds"])),
            f"{ours['weights'] / 1e6:.1f} M",
        )
    out.print(rows)
    _show_classes(record)
    if record["differences"]:
        rows = table("difference in top-1", "points", "over pictures", "over seeds")
        for each in record["differences"]:
            rows.add_row(
                f"{each['first']} − {each['second']}",
                _signed(each["points"]),
                _interval(each["pictures"]),
                _interval(each["seeds"]),
            )
        out.print(rows)
    for note in record["notes"]:
        out.print(note, style="dim", soft_wrap=True)


def printed_rows(record: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The thesis' rows for pictures of the record's side: of 227 pixels it prints one gain."""
    tables = {128: "table4.1", 227: "at 227"}
    rows: dict[str, dict[str, float]] = record["printed"][tables[record["pack"]["side"]]]
    return rows


def _show_classes(record: dict[str, Any]) -> None:
    if not record["table4.2"]:
        return
    side = str(record["pack"]["side"])
    theirs = record["printed"]["table4.2"].get(side, {})
    rows = table("table 4.2", "thesis", "ours (pictures of the class)")
    for column in rows.columns[1:]:
        column.justify, column.no_wrap = "left", False
    for name, ours in record["table4.2"].items():
        rows.add_row(
            name,
            ", ".join(
                f"{title.partition(',')[0]} +{gain} %" for title, gain in theirs.get(name, [])
            )
            or "–",
            ", ".join(
                f"{each['class'].partition(',')[0]} {each['gain']:+.0f} % ({each['pictures']})"
                for each in ours
            ),
        )
    console().print(rows)


def show_parameters(record: dict[str, Any]) -> None:
    """Weights by network, and the thesis' misprints."""
    out = console()
    rows = table(
        f"{record['side']} pixels, {record['classes']} classes",
        *("convolutions", "own branch", "first dense", "all parameters", "beyond rgb"),
    )
    for name, each in record["networks"].items():
        numbers = [each[key] for key in ("convolutions", "branch", "fc1", "total")]
        rows.add_row(name, *(f"{number:,}" for number in numbers), f"{each['beyond_rgb']:+,}")
    out.print(rows)
    for note in record["notes"]:
        out.print(f"thesis: {note}", style="dim", soft_wrap=True)


def _spread(value: dict[str, Any]) -> str:
    """The mean, and the deviation of the seeds."""
    if value["deviation"] is None:
        return f"{value['mean']:.2f}"
    return f"{value['mean']:.2f} ± {value['deviation']:.2f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}"


def _interval(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:+.2f} to {ends[1]:+.2f}"
