"""The values that people type for options: read and checked before any picture is touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from foveate.errors import ModelError, OptionError, printable
from foveate.settings import Box

if TYPE_CHECKING:
    from foveate.models.class_choice import ClassChoice

Value = TypeVar("Value")

_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([kmg]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def size_bytes(text: str) -> int:
    """The number of bytes that a text such as "150000", "200k", "1.5M" or "200KiB" means.

    k is 1000 and Ki is 1024. Raises OptionError where the text is not such a size.
    """
    match = _SIZE.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise OptionError(f"'{text}' is not a size: give bytes, or 200k, 1.5M, 200KiB")
    size = float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2].lower()]
    if size >= 2**63:
        raise OptionError(f"'{text}' is more than a file can hold: give bytes, or 200k, 1.5M")
    if size < 1:
        raise OptionError(f"'{text}' is less than a byte: give bytes, or 200k, 1.5M, 200KiB")
    return int(size)


def whole_number(text: str) -> int:
    """What "100", "50M" or "1.5k" means; OptionError where that is no whole number, as of "1.5"."""
    match = _SIZE.fullmatch(text)
    if match is not None:
        factor = (1024 if match[3] else 1000) ** _POWERS[match[2].lower()]
        if Decimal(match[1]) * factor % 1:
            raise OptionError(f"'{text}' is not a whole number: give one, such as 100 or 50M")
    return size_bytes(text)


def percentage(text: str) -> float:
    """The share, from 0 to less than 1, that "2%", "2 %" or "2" means. Raises OptionError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*%?\s*", text, re.ASCII)
    if match is None or float(match[1]) >= 100:
        raise OptionError(f"'{text}' is not a share: give per cent below 100, such as 2%")
    return float(match[1]) / 100


def box(text: str) -> Box:
    """The box (x, y, width, height) that "X,Y,W,H" means. Raises OptionError."""
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise OptionError(
            f"'{text}' is not a box: give X,Y,W,H in pixels, such as 40,80,200,120"
        ) from error
    return x, y, width, height


def parsed(parse: Callable[[str], Value], text: str, option: str) -> Value:
    """What `parse` makes of the text; an OptionError becomes a usage error that names `option`."""
    try:
        return parse(text)
    except OptionError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def class_choice(model: str, classes: str | None, threshold: float | None) -> ClassChoice:
    """The classes that --classes "NAME,NAME" and --threshold choose of a model that there is.

    Raises a usage error for what the model does not know.
    """
    from foveate.models.class_choice import ClassChoice
    from foveate.models.registry import get_model

    names = () if classes is None else tuple(name.strip() for name in classes.split(","))
    entry = get_model(model)

    def checked(option: str, **chosen: Any) -> None:
        try:
            entry.check(ClassChoice(**chosen))
        except OptionError as error:
            raise typer.BadParameter(str(error), param_hint=option) from error

    checked("--threshold", threshold=threshold)
    checked("--classes", classes=names)
    return ClassChoice(names, threshold)


def checked_map(name: str, option: str, *, files: bool = True) -> None:
    """Raises a usage error unless `name` is a model's name or, with `files`, an existing file.

    A name with a suffix is taken for a file's, as `foveate.compress` does.
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
