"""The tables of docs/crops.md: what crops keep, and how long placing a window takes."""

from __future__ import annotations

from functools import partial

from foveate_research.pages.markdown import ABSENT, Tables, number, result, table, with_interval

SETS = {"coding": "crops-coding", "mit": "crops-mit"}


def kept(stem: str) -> str:
    """The share that each way keeps, with intervals; Foveate's default in bold."""
    record = result(stem)
    if not record:
        return ABSENT
    sizes = list(record["kept"])
    lines = []
    for way in record["cut"]:
        shares = (with_interval(record["kept"][size][way], sign="") for size in sizes)
        name = "**Foveate**" if way == "foveate" else way.replace("foveate", "Foveate")
        lines.append((name, *shares, number(record["cut"][way]["mean"])))
    pictures = f"share kept, {len(record['pictures'])} pictures"
    return table((pictures, *sizes, "cut, 9:16"), lines)


def time() -> str:
    """Milliseconds of the map and of a window beyond it."""
    record = result(SETS["coding"])
    if not record:
        return ABSENT
    speed = record["speed"]
    cells = [(speed["picture"], f"{speed['map_ms']:.0f} ms", f"{speed['window_ms']:.1f} ms")]
    return table(("processor time", "the map", "a 9:16 window and its pixels"), cells)


TABLES: Tables = {
    **{f"crops-{name}": partial(kept, stem) for name, stem in SETS.items()},
    "crops-time": time,
}
