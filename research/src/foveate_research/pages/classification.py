"""The tables of docs/thesis.md and docs/classification.md from results/."""

from __future__ import annotations

from typing import Any

from foveate_research.pages.markdown import ABSENT, RESULTS, number, result, table
from foveate_research.thesis.names import DEFAULT

DECIDING = (
    ("fan-in1", "rgb"),
    ("fan-in1", "fan-in1+other"),
    ("fan-in1", "fan-in1+gaussian"),
    ("fan-in1+ones", "fan-in1+constant"),
    ("fan-in2", "rgb"),
    ("fan-in2", "fan-in2+gaussian"),
    ("fan-in2+ones", "fan-in2+constant"),
    ("fan-in3", "rgb"),
    ("no-conv2", "rgb"),
    ("fan-in3", "no-conv2"),
    ("fan-in3", "fan-in3+other"),
    ("fan-in3", "fan-in3+gaussian"),
    ("fan-in3+ones", "fan-in3+constant"),
    ("fan-in3+constant", "no-conv2"),
    ("fan-in1+zero", "rgb+tuned"),
    ("fan-in3+zero", "no-conv2+tuned"),
    ("rgb+attention", "rgb"),
    ("rgb+attention", "rgb+other+attention"),
    ("rgb+attention", "rgb+gaussian+attention"),
    ("no-conv2+attention", "no-conv2"),
    ("rgb+teacher", "rgb"),
    ("rgb+teacher", "rgb+other+teacher"),
    ("rgb+teacher", "rgb+attention"),
    ("rgbs+tuned", "rgb+tuned"),
    ("rgb-1s2s+tuned", "rgb+tuned"),
    ("rgbxs+tuned", "rgb+tuned"),
    ("rgb+mean", "rgb"),
)


def found() -> dict[str, dict[str, Any]]:
    """The results there are, by the set's name."""
    names = sorted(path.stem for path in RESULTS.glob("thesis-*.json"))
    return {name.removeprefix("thesis-"): result(name) for name in names}


def interval(ends: list[float] | None) -> str:
    return ABSENT if ends is None else f"{ends[0]:+.1f} to {ends[1]:+.1f}"


def difference(record: dict[str, Any], first: str, second: str) -> str:
    """Points with both intervals."""
    for each in record["differences"]:
        if (each["first"], each["second"]) == (first, second):
            seeds = f" ({interval(each['seeds']) if each['seeds'] else 'one seed'})"
            return f"**{each['points']:+.1f}**, {interval(each['pictures'])}{seeds}"
    return ABSENT


def decides() -> str:
    records = found()
    if not records:
        return ABSENT
    rows = [
        (f"`{first}` − `{second}`", *(difference(each, first, second) for each in records.values()))
        for first, second in DECIDING
    ]
    told = [row for row in rows if any(cell != ABSENT for cell in row[1:])]
    return table(("points of top-1", *map(_title, records.values())), told)


def _title(record: dict[str, Any]) -> str:
    pack = record["pack"]
    size = "" if pack["side"] == 128 else f" at {pack['side']} pixels"
    return f"{pack['set']}{size}, {pack['classes']} classes, {pack['counts']['val']:,} pictures"


def spread(row: dict[str, Any] | None) -> str:
    """Mean, deviation and seeds of top-1."""
    if row is None:
        return ABSENT
    top1 = row["top1"]
    deviation = "" if top1["deviation"] is None else f" ± {top1['deviation']:.1f}"
    return f"{top1['mean']:.1f}{deviation} ({len(row['seeds'])})"


def rows() -> str:
    records = found()
    if not records:
        return ABSENT
    at_128 = [record for record in records.values() if record["pack"]["side"] == 128]
    printed = at_128[0]["printed"]["table4.1"] if at_128 else {}
    names = sorted({name for record in records.values() for name in record["table4.1"]}, key=_place)
    weights = {
        name: row["weights"]
        for record in reversed(records.values())  # of the first set that has it
        for name, row in record["table4.1"].items()
    }
    lines = [
        (
            f"`{name}`",
            number(printed.get(name, {}).get("top1"), 1),
            *(spread(record["table4.1"].get(name)) for record in records.values()),
            f"{weights[name] / 1e6:.1f} M",
        )
        for name in names
    ]
    columns = [f"{_title(record)}, {_epochs(record)} epochs (seeds)" for record in records.values()]
    return table(("network", "thesis", *columns, "parameters"), lines)


def _place(name: str) -> tuple[int, str]:
    """The thesis' networks in its order, each followed by its controls; then what is swept."""
    network = name.partition("+")[0]
    return (DEFAULT.index(network) if network in DEFAULT else len(DEFAULT), name)


def _epochs(record: dict[str, Any]) -> int:
    return int(max(row["epochs"] for row in record["table4.1"].values()))


def reading() -> str:
    record = result("classification-reading")
    if not record:
        return ABSENT
    rates = [(way, f"{rate:,.0f}") for way, rate in record["images_a_second"].items()]
    return table((f"pictures of {record['data']['side']} pixels", "a second a core"), rates)


THESIS = {"decides": decides}
CLASSIFICATION = {"reading": reading, "rows": rows}
