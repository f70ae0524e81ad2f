"""The table of docs/page.md: how long the page keeps a person waiting."""

from __future__ import annotations

from foveate_research.pages.markdown import ABSENT, Tables, result, table

_SHOWN = {
    "heat_map": "until the heat map of a new picture is there",
    "first_preview": "the first preview",
    "slider": "each preview while the quality moves",
    "exact_file": "the exact file, once all rests",
}


def waiting() -> str:
    """What `foveate bench page` found: the median and the slowest of each kind of answer."""
    record = result("page")
    if not record:
        return ABSENT
    rows = [
        (shown, f"{record[kind]['median_s']:.2f}", f"{max(record[kind]['runs_s']):.2f}")
        for kind, shown in _SHOWN.items()
    ]
    return table(("12 megapixels", "median, s", "slowest, s"), rows)


TABLES: Tables = {"waiting": waiting}
