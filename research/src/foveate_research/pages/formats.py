"""The tables of docs/formats.md: the formats at one quality, and at the bytes of plain JPEG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foveate.settings import shown_format
from foveate_research.pages.markdown import ABSENT, Tables, number, result, table, with_interval

RECORD = "formats"


def at_quality() -> str:
    """A row a format: per cent of bytes more than the JPEG, what is seen, where it is smallest."""

    def cells(row: dict[str, Any]) -> tuple[str, ...]:
        share = row["bytes_of_jpeg"]
        more = {
            "mean": 100 * share["mean"] - 100,
            "interval_95": [100 * end - 100 for end in share["interval_95"]],
        }
        return (
            ABSENT if row["format"] == "jpeg" else with_interval(more, 1),
            number(row["seen"]["mean"], 2),
            str(row["smallest"]),
        )

    return _rows("at_quality", ("% more bytes than JPEG", "seen", "smallest of"), cells)


def at_bytes() -> str:
    """A row a format: what is seen at plain JPEG's bytes, and where it is least."""
    return _rows(
        "at_bytes",
        ("seen", "least of"),
        lambda row: (with_interval(row["seen"], 2, sign=""), str(row["least"])),
    )


def _rows(
    name: str,
    headings: tuple[str, ...],
    cells: Callable[[dict[str, Any]], tuple[str, ...]],
) -> str:
    record = result(RECORD)
    if not record:
        return ABSENT
    *others, last = headings
    lines = [(shown_format(row["format"]), *cells(row)) for row in record[name]]
    return table(("format", *others, f"{last} {len(record['pictures'])}"), lines)


TABLES: Tables = {"formats-quality": at_quality, "formats-bytes": at_bytes}
