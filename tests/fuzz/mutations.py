"""Files that are nearly right: changes of bytes by chance, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_TELLING = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff")
_NUMBERS = (
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\x01",
    b"\x01\0\0\0",
    b"-1",
    b"1e999",
    b"NaN",
)


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One to four changes: bits, bytes, telling numbers, pieces left out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        kind = chance.randrange(6)
        if kind == 0 and place < len(changed):
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1 and place < len(changed):
            changed[place] = chance.randrange(256)
        elif kind == 2:
            telling = chance.choice(_TELLING + _NUMBERS)
            changed[place : place + len(telling)] = telling
        elif kind == 3:
            del changed[place : place + chance.randint(1, 64)]
        elif kind == 4:
            changed[place:place] = changed[place : place + chance.randint(1, 64)]
        else:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            changed[place : place + 16] = other[start : start + chance.randint(1, 64)]
    return bytes(changed)


def mutations(corpus: Sequence[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """The corpus itself, then so many changed files."""
    yield from corpus
    chance = random.Random(seed)
    for _ in range(count):
        yield mutated(chance.choice(corpus), corpus, chance)
