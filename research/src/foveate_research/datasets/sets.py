"""A set of pictures that can be gone through again and again, and is never held in memory whole."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, overload

PictureT = TypeVar("PictureT")


class Indexed(Sequence[PictureT]):
    """Pictures that are read when they are asked for by number, anew each time."""

    def __init__(self, one: Callable[[int], PictureT], count: int) -> None:
        self._one, self._count = one, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> PictureT: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[PictureT]: ...

    def __getitem__(self, index: int | slice) -> PictureT | Sequence[PictureT]:
        if isinstance(index, slice):
            return [self._one(place) for place in range(self._count)[index]]
        return self._one(range(self._count)[index])


@dataclass(frozen=True)
class PictureSet(Generic[PictureT]):
    """Pictures of one part of one set; each `iter` reads them anew from the disk.

    read: starts reading. count: how many there are, None where only reading tells. facts: what a
    record says of the set besides its name, part and count. classes: the names behind the indices
    of class masks, and of all labels. indexed: the pictures by number, where the set is one of
    files that can be read in any order.
    """

    name: str
    part: str
    read: Callable[[], Iterator[PictureT]]
    count: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    indexed: Callable[[], Sequence[PictureT]] | None = None

    def __iter__(self) -> Iterator[PictureT]:
        return self.read()

    def first(self, count: int) -> PictureSet[PictureT]:
        """The set's first pictures only."""
        known = count if self.count is None else min(count, self.count)
        return replace(
            self, read=lambda: itertools.islice(self.read(), count), count=known, indexed=None
        )

    def starting(self, prefix: str) -> PictureSet[PictureT]:
        """The pictures whose key starts so: the one kind of a set that mixes several."""

        def kept() -> Iterator[PictureT]:
            for picture in self.read():
                if str(getattr(picture, "key", "")).startswith(prefix):
                    yield picture

        facts = {**self.facts, "keys": f"{prefix}*"}
        return replace(self, read=kept, count=None, facts=facts, indexed=None)

    def by_number(self) -> Sequence[PictureT]:
        """The pictures in any order: read when they are asked for, or all of them in memory."""
        return list(self) if self.indexed is None else self.indexed()

    def described(self) -> dict[str, Any]:
        """What a record says of the set."""
        return {"set": self.name, "part": self.part, "count": self.count, **self.facts}


def split_by_hash(
    keys: Sequence[str], parts: Mapping[str, float], *, seed: int = 0
) -> dict[str, list[str]]:
    """Keys dealt to parts, the same way wherever the files are listed in another order.

    Keys are ordered by the SHA-256 of "seed:key"; the parts take them in turn. parts: shares that
    sum to 1, or numbers of pictures above 1; what rounding leaves goes to the last part. Numbers
    are scaled where there are more or fewer keys than they sum to. Each part keeps its keys sorted.
    """
    if not parts or any(size < 0 for size in parts.values()) or sum(parts.values()) <= 0:
        raise ValueError(f"parts must have sizes above 0, not {dict(parts)}")
    ordered = sorted(keys, key=lambda key: hashlib.sha256(os.fsencode(f"{seed}:{key}")).digest())
    total = sum(parts.values())
    dealt: dict[str, list[str]] = {}
    start, reached = 0, 0.0
    for name, size in parts.items():
        reached += size
        end = round(len(ordered) * reached / total)
        dealt[name] = sorted(ordered[start:end])
        start = end
    return dealt


def keys_hash(keys: Sequence[str]) -> str:
    """SHA-256 of a list of keys, one a line: which pictures a part holds, in one word."""
    return hashlib.sha256(os.fsencode("\n".join(keys))).hexdigest()
