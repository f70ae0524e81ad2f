"""Options that are checked once, before the first picture is touched."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from foveate.errors import ModelError, printable

_OPTIONS = {
    "quality": "--quality",
    "match_quality": "--match-quality",
    "size_bytes": "--size",
    "floor": "--floor",
}


def in_options(message: str) -> str:
    """A message on arguments of `foveate.compress` in the words that were typed."""
    words = "|".join(_OPTIONS)
    return re.sub(rf"\b({words})\b", lambda match: _OPTIONS[match[1]], message)


def checked_map(name: str, option: str, *, files: bool = True) -> None:
    """A usage error unless `name` is a model's or, where `files` count, a file that is there.

    As `foveate.compress` does, a file is told from a name by its suffix.
    """
    if files and Path(name).suffix:
        if not Path(name).is_file():
            raise typer.BadParameter(
                f"{printable(name)}: no such file; give a map's file or a model's name",
                param_hint=option,
            )
        return
    from foveate.models.registry import get_model

    try:
        get_model(name)
    except ModelError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
