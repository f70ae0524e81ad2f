"""What a user may choose of a network and of its training, and what a record tells of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from foveate.errors import ModelError, OptionError, printable

Size = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True)
class Choices:
    """None leaves a choice to the recipe.

    batch: pictures a step and device. rate: the highest learning rate of what is trained anew.
    width: of the network, in channels or as a share of the paper's. size: of the training pictures.
    trunk: the name of what the network stands on. freeze: the trunk stays as it begins, and only
    what stands on it learns. classes: those that a label network tells apart, where they are the
    labels of sets that the user named; no option, but told in the record.
    """

    batch: int | None = None
    rate: float | None = None
    width: float | None = None
    size: Size | None = None
    trunk: str | None = None
    freeze: bool | None = None
    classes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("batch", "rate", "width"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise OptionError(f"--{name} {value:g}: give a number above 0")

    @property
    def made(self) -> dict[str, Any]:
        """The choices that were made, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def over(self, defaults: Choices, *, recipe: str) -> Choices:
        """These choices, and the defaults where none was made.

        A recipe's defaults name all that it knows; OptionError for another choice.
        """
        known = defaults.made
        strange = [name for name in self.made if name not in known and name != "classes"]
        if strange:
            listed = " and ".join(f"--{name}" for name in known) or "no such option"
            raise OptionError(f"{recipe} knows {listed}, not --{strange[0]}")
        return replace(defaults, **self.made)

    def told(self) -> dict[str, Any]:
        """As a record tells them: sizes as "WIDTHxHEIGHT"."""
        told = self.made
        if self.size is not None:
            told["size"] = size_text(self.size)
        return told


NOTHING_CHOSEN = Choices()


def choices_in(record: Mapping[str, Any], *, where: str) -> Choices:
    """The choices that a training's record tells; none of an older one. ModelError for nonsense."""
    stated = record.get("options", {})
    readers: dict[str, Callable[[str], Any]] = {
        "batch": int,
        "rate": float,
        "width": float,
        "size": parsed_size,
        "trunk": str,
    }
    found: dict[str, Any] = {}
    for name in readers:
        if isinstance(stated, dict) and name in stated:
            try:
                found[name] = readers[name](str(stated[name]))
            except (ValueError, OptionError) as error:
                raise ModelError(
                    f"{where} states {name} {printable(str(stated[name]))}, which none can be"
                ) from error
    if isinstance(stated, dict) and isinstance(stated.get("freeze"), bool):
        found["freeze"] = stated["freeze"]
    classes = stated.get("classes") if isinstance(stated, dict) else None
    if isinstance(classes, list):
        found["classes"] = tuple(map(str, classes))
    return Choices(**found)


def parsed_size(text: str) -> Size:
    """Width and height of "224" or "320x240". Raises OptionError."""
    match = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text)
    if match is None or not int(match[1]) or (match[2] and not int(match[2])):
        raise OptionError(f"--size {printable(text)}: give a side, such as 224, or 320x240")
    return int(match[1]), int(match[2] or match[1])


def size_text(size: Size) -> str:
    """ "224" of a square, "320x240" of others."""
    width, height = size
    return str(width) if width == height else f"{width}x{height}"


def square_side(size: Size, *, multiple: int, recipe: str) -> int:
    """The side of a square of a multiple; OptionError for other sizes."""
    width, height = size
    if width != height or width % multiple:
        raise OptionError(
            f"--size {size_text(size)}: {recipe} takes squares of a multiple of {multiple}"
        )
    return width


def shared(total: int, parts: Mapping[str, int]) -> dict[str, int]:
    """A batch of `total` pictures dealt as `parts` are, at least one to each."""
    if total < len(parts):
        raise OptionError(f"--batch {total}: give at least {len(parts)}, one of each kind")
    whole, reached, found = sum(parts.values()), 0, {}
    left = total
    for place, (name, count) in enumerate(parts.items()):
        after = len(parts) - place - 1
        reached = round(left * count / whole)
        found[name] = min(max(1, reached), left - after)
        left, whole = left - found[name], whole - count
    return found
