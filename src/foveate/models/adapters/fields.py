"""The tables of an adapter file, read key by key: each mistake is one line with file and key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foveate.errors import ModelError, printable

LONGEST_TEXT = 200  # characters
SHOWN = 40  # characters of a wrong value in a message


@dataclass(frozen=True)
class Table:
    """One table of the file. source: the file as messages name it; name: "" at the top."""

    source: str
    name: str
    values: dict[str, Any]

    def refuse(self, key: str, why: str) -> ModelError:
        """The error of one key."""
        return ModelError(f"{self.source}: {self._path(key)} {why}")

    def only(self, known: Sequence[str]) -> None:
        """Refuses keys that nobody reads."""
        for key in self.values:
            if key not in known:
                raise self.refuse(key, f"is not a key here: there are {', '.join(known)}")

    def table(self, key: str) -> Table | None:
        """A table inside this one."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(key, f"must be a table, not {_shown(value)}")
        return Table(self.source, f"{self.name}.{key}" if self.name else key, value)

    def text(self, key: str) -> str | None:
        """A line of text."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, f"must be text, not {_shown(value)}")
        if len(value) > LONGEST_TEXT or not value.isprintable():
            raise self.refuse(key, f"must be one line of at most {LONGEST_TEXT} characters")
        return value

    def choice(self, key: str, known: Sequence[str], *, default: str | None = None) -> str:
        """One of the known words; without a default the key must be there."""
        value = self.values.get(key, default)
        if value is None:
            raise self.refuse(key, f"is missing: it is one of {', '.join(known)}")
        if value not in known:
            raise self.refuse(key, f"is {_shown(value)}: it must be one of {', '.join(known)}")
        return str(value)

    def whole(self, key: str, *, least: int, most: int) -> int | None:
        """A whole number within limits."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.refuse(
                key, f"is {_shown(value)}: it must be a whole number from {least} to {most}"
            )
        return value

    def number(self, key: str, *, above: float | None = None) -> float | None:
        """A finite number, larger than `above`."""
        value = self.values.get(key)
        return None if value is None else self._finite(key, value, above)

    def three(
        self, key: str, *, default: float, above: float | None = None
    ) -> tuple[float, float, float]:
        """Three finite numbers, one a channel; one number stands for all three."""
        value = self.values.get(key, default)
        each = value if isinstance(value, list) else [value] * 3
        if len(each) != 3:
            raise self.refuse(key, f"has {len(each)} numbers: give three, one a channel")
        first, second, third = (self._finite(key, number, above) for number in each)
        return first, second, third

    def switch(self, key: str) -> bool:
        """True or false; false where the key is missing."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, f"must be true or false, not {_shown(value)}")
        return value

    def _finite(self, key: str, value: Any, above: float | None) -> float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            number = float(value) if fits else math.nan
        except OverflowError:
            number = math.inf
        limit = "" if above is None else f" above {above:g}"
        if (
            not math.isfinite(number)
            or abs(number) > 1e9
            or (above is not None and number <= above)
        ):
            raise self.refuse(key, f"is {_shown(value)}: it must be a number{limit}")
        return number

    def _path(self, key: str) -> str:
        where = f"[{self.name}] " if self.name else ""
        return printable(f"{where}{key}"[: SHOWN * 2])


def _shown(value: Any) -> str:
    """A wrong value, short enough for a line."""
    if isinstance(value, dict | list):
        return f"a {'table' if isinstance(value, dict) else 'list'}"
    if isinstance(value, int) and abs(value) > 10**SHOWN:
        return "a huge number"
    text = repr(value)
    return printable(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")
