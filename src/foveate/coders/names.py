"""How the names of files of each format end, and which format a name tells."""

from __future__ import annotations

from pathlib import Path

from foveate.settings import DEFAULTS, Format

KINDS: dict[Format, tuple[str, ...]] = {
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "avif": (".avif",),
    "jxl": (".jxl",),
    "webp": (".webp",),
    "auto": (".auto",),
}
"""The usual ending first. ".auto" stands for the ending of the format that will be chosen."""


def format_named(output: str | None) -> Format:
    """The format that a result's name tells; JPEG where it tells none."""
    ending = "" if output is None else Path(output).suffix.lower()
    known = (name for name, kinds in KINDS.items() if ending in kinds and name != "auto")
    return next(known, DEFAULTS.format)
