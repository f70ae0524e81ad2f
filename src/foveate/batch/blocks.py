"""Blocks of pictures, which runs claim as a whole: a claim costs a store as much as a picture does.

Where a block begins depends on the picture that it begins with, so that runs which list the same
pictures cut them alike, also where one of them has seen more pictures than the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from foveate.batch.places import Source, result_digits, result_key, stamp_of
from foveate.settings import Settings

USUAL_LENGTH = 64
"""So many small pictures are in a block, on average."""
_USUAL_BYTES = 64 << 20
_LONGEST = 256
_ALL = 1 << 32


@dataclass(frozen=True)
class Task:
    """A picture to do. digits: of its result. stamp: another one where the picture has changed.

    replaces: whether a result that is there is to be replaced. again: whether its process died.
    """

    source: Source
    result: str
    digits: str
    stamp: str
    block: str
    replaces: bool = False
    again: bool = False

    @property
    def job(self) -> str:
        """Digits that tell what is asked."""
        return self.block.partition("/")[2]


@dataclass(frozen=True)
class Block:
    """Pictures that follow each other. name: with the digits of the first one's result, and the
    job's."""

    name: str
    tasks: tuple[Task, ...]


def blocks(pictures: Iterable[Source], settings: Settings, job: str) -> Iterator[Block]:
    """All pictures, in their order: fewer to a block where they are large."""
    name, held = "", list[Task]()
    for each in pictures:
        result = result_key(each.key, settings)
        digits = result_digits(result)
        if not held or len(held) == _LONGEST or _begins(digits, each.size):
            if held:
                yield Block(name, tuple(held))
            name, held = f"{digits}/{job}", []
        held.append(Task(each, result, digits, stamp_of(each), name))
    if held:
        yield Block(name, tuple(held))


def _begins(digits: str, size: int) -> bool:
    """Whether a picture is the first of a block: by chance, as often as its size asks for."""
    often = max(1 / USUAL_LENGTH, min(1.0, size / _USUAL_BYTES))
    return int(digits[:8], 16) < often * _ALL
