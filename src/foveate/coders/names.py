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


CHOSEN_LATER = KINDS["auto"][0]
"""How the names of results end whose format is chosen after they were planned."""


def of_format(target: Path, name: Format) -> Path:
    """The path of a result in a format that was chosen after it was planned."""
    return target.with_suffix(KINDS[name][0]) if target.suffix == CHOSEN_LATER else target


def possible_targets(target: Path) -> tuple[Path, ...]:
    """The paths that a planned result may get, the planned one last where others are possible."""
    if target.suffix != CHOSEN_LATER:
        return (target,)
    return tuple(of_format(target, name) for name in KINDS)


def endings_of_others(name: Format) -> str:
    """Which endings would do without --format, beside the format's own; "" where none would."""
    if name != DEFAULTS.format:
        return ""
    first = [kinds[0] for other, kinds in KINDS.items() if other not in (name, "auto")]
    return f"without --format also {', '.join(first[:-1])} or {first[-1]}"


def format_named(output: str | None) -> Format:
    """The format that a result's name tells; JPEG where it tells none."""
    ending = "" if output is None else Path(output).suffix.lower()
    known = (name for name, kinds in KINDS.items() if ending in kinds and name != "auto")
    return next(known, DEFAULTS.format)
