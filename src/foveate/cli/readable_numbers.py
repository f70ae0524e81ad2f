"""Sizes and savings as people read them."""

from __future__ import annotations


def readable_bytes(size: int) -> str:
    """The size in decimal units and two to three figures: 1000 bytes are "1.0 kB"."""
    if size < 1000:
        return f"{size} B"
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"


def readable_saving(before: int | None, after: int) -> str:
    """How much smaller a file became: "62 %"; "-8 %" where it grew, "–" where nothing is known."""
    return "–" if not before else f"{100 * (1 - after / before):.0f} %"
