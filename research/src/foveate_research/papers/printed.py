"""What the papers print: their tables and speeds, transcribed in printed.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

Numbers = dict[str, float]
"""Metric ("F", "MAE"; "noise", "jpeg" for F under distortion) -> value."""


@dataclass(frozen=True)
class PrintedTable:
    """One table of a paper: method -> set -> metric -> value; what was not printed is absent."""

    name: str
    rows: dict[str, dict[str, Numbers]]

    @property
    def sets(self) -> list[str]:
        """The sets of the table's first row, in the paper's order."""
        return list(next(iter(self.rows.values())))

    @property
    def metrics(self) -> list[str]:
        """The metrics of the table, in the paper's order."""
        return list(next(iter(next(iter(self.rows.values())).values())))


@cache
def printed_facts(paper: str) -> dict[str, Any]:
    """What is known of a paper's numbers ("menet" or "msroi"): source, training data, speed."""
    path = resources.files("foveate_research.papers") / "printed.json"
    papers = json.loads(path.read_text(encoding="utf-8"))
    return cast(dict[str, Any], papers[paper])


def printed_table(name: str) -> PrintedTable:
    """A table of the MEnet paper: "menet-table1" to "menet-table4"."""
    return PrintedTable(name, printed_facts("menet")["tables"][name])
