"""The names of results whose format is chosen after they were planned."""

from __future__ import annotations

from pathlib import Path

from foveate.coders.names import KINDS
from foveate.settings import Format

CHOSEN_LATER = KINDS["auto"][0]


def of_format(target: Path, name: Format) -> Path:
    """The path of a result in a format that was chosen after it was planned."""
    return target.with_suffix(KINDS[name][0]) if target.suffix == CHOSEN_LATER else target


def possible_targets(target: Path) -> tuple[Path, ...]:
    """The paths that a planned result may get, the planned one last where others are possible."""
    if target.suffix != CHOSEN_LATER:
        return (target,)
    return tuple(of_format(target, name) for name in KINDS)
