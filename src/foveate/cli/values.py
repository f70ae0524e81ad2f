"""What people type for options -> numbers; and numbers -> what people read."""

from __future__ import annotations

import re
from typing import Any

import typer

from foveate.errors import OptionError

Box = tuple[int, int, int, int]

_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([kmg]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def size_bytes(text: str) -> int:
    """Bytes of "200k", "1.5M", "150000" or "200KiB"; k is 1000, Ki 1024. Raises OptionError."""
    match = _SIZE.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise OptionError(f"'{text}' is not a size: give bytes, or 200k, 1.5M, 200KiB")
    size = float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2].lower()]
    if size >= 2**63:
        raise OptionError(f"'{text}' is more than a file can hold: give bytes, or 200k, 1.5M")
    if size < 1:
        raise OptionError(f"'{text}' is less than a byte: give bytes, or 200k, 1.5M, 200KiB")
    return int(size)


def box(text: str) -> Box:
    """(x, y, width, height) of "X,Y,W,H". Raises OptionError."""
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise OptionError(
            f"'{text}' is not a box: give X,Y,W,H in pixels, such as 40,80,200,120"
        ) from error
    return x, y, width, height


def parsed(parse: Any, text: str, option: str) -> Any:
    """The option's value; its OptionError becomes a usage error that names the option."""
    try:
        return parse(text)
    except OptionError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def readable_bytes(size: int) -> str:
    """1000 -> "1.0 kB": three figures, decimal units."""
    if size < 1000:
        return f"{size} B"
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"


def readable_saving(before: int | None, after: int) -> str:
    """How much smaller: "62 %", "-8 %" where it grew, "–" where nothing is known."""
    return "–" if not before else f"{100 * (1 - after / before):.0f} %"
