"""What a user may choose of a network and of its training, and what a record tells of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from foveate.errors import ModelError, OptionError, printable
from foveate_research.architectures.named_trunk import NAMES, is_named
from foveate_research.architectures.weights_file import WeightsFile

Size = tuple[int, int]  # width and height in pixels

FILES = ("trunk_weights", "teacher")  # the choices that are files


@dataclass(frozen=True)
class Choices:
    """None leaves a choice to the recipe.

    batch: pictures a step and device. rate: the highest learning rate of what is trained anew.
    width: of the network, in channels or as a share of the paper's. size: of the training pictures.
    trunk: the name of what the network stands on; trunk_weights: a file with a named trunk's
    weights. freeze: the trunk stays as it begins, and only what stands on it learns. teacher: a
    checkpoint of the same label network, whose maps teach it too. classes: those that a label
    network tells apart, where they are those of sets that the user named; no option, but told in
    the record.
    """

    batch: int | None = None
    rate: float | None = None
    width: float | None = None
    size: Size | None = None
    trunk: str | None = None
    freeze: bool | None = None
    classes: tuple[str, ...] | None = None
    trunk_weights: WeightsFile | None = None
    teacher: WeightsFile | None = None

    def __post_init__(self) -> None:
        for name in ("batch", "rate", "width"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise OptionError(f"--{name} {value:g}: give a number above 0")

    @property
    def made(self) -> dict[str, Any]:
        """The choices that were made, by name."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value is not None}

    def over(
        self,
        defaults: Choices,
        *,
        recipe: str,
        named_trunks: bool = False,
        teachers: bool = False,
    ) -> Choices:
        """These choices, and the defaults where none was made.

        A recipe's defaults name all that it knows; OptionError for another choice. named_trunks:
        it stands on trunks by name too, which have a width of their own, and may have weights.
        teachers: it learns from a teacher's maps where one is given.
        """
        taken = {"classes", "teacher"} if teachers else {"classes"}
        if named_trunks:
            taken.add("trunk_weights")
            if is_named(self.trunk):
                defaults = replace(defaults, width=None)
        known = defaults.made
        strange = [name for name in self.made if name not in known and name not in taken]
        if strange:
            listed = " and ".join(map(option_name, known)) or "no such option"
            standing = f" on {printable(self.trunk)}" if self.trunk and "trunk" in known else ""
            raise OptionError(f"{recipe}{standing} knows {listed}, not {option_name(strange[0])}")
        resolved = replace(defaults, **self.made)
        if self.trunk_weights is not None and not is_named(resolved.trunk):
            raise OptionError(f"--trunk-weights goes with --trunk {NAMES}")
        return resolved

    def told(self) -> dict[str, Any]:
        """As a record tells them: sizes as "WIDTHxHEIGHT", a file by name and hash."""
        told = self.made
        if self.size is not None:
            told["size"] = size_text(self.size)
        for name in FILES:
            if name in told:
                told[name] = told[name].told()
        return told


def option_name(name: str) -> str:
    """ "trunk_weights" -> "--trunk-weights"."""
    return "--" + name.replace("_", "-")


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
    for name in FILES:
        file = stated.get(name) if isinstance(stated, dict) else None
        if isinstance(file, dict):
            found[name] = WeightsFile(str(file.get("file")), str(file.get("sha256")))
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
