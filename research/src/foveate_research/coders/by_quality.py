"""Coders with a quality in whole steps: the largest file of about the bytes asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from foveate.errors import TargetError, printable
from foveate_research.coders.scenes import Scene

Pixels = npt.NDArray[np.uint8]

SLACK = 0.01
"""How much larger than asked a file may be whose coder knows whole qualities only."""
LOWEST, HIGHEST = 1, 98
"""Qualities tried; above, files hold all but everything, AVIF's literally."""


@dataclass(frozen=True)
class Coded:
    """A finished file. seconds: of processor time, of all threads.

    Of coders with a knob only the encoding at the quality that was found is timed, of the others
    the whole search; the map is made before. facts: what else is known of the file, by name.
    """

    data: bytes
    seconds: float
    facts: dict[str, float] = field(default_factory=dict)


Encode = Callable[[Scene, int], Coded]
"""A scene and the bytes asked for -> a file. Raises TargetError."""


def by_quality(
    name: str, encode: Callable[[Pixels, int], bytes], *, slack: float = SLACK
) -> Encode:
    """A coder with whole qualities; what a scene took at each is kept for the next size."""

    def of_size(scene: Scene, size_bytes: int) -> Coded:
        tried: dict[int, Coded] = scene.kept.setdefault(name, {})

        def size_at(quality: int) -> int:
            if quality not in tried:
                started = time.process_time()
                data = encode(scene.pixels, quality)
                seconds = time.process_time() - started
                tried[quality] = Coded(data, seconds, {"setting": quality})
            return len(tried[quality].data)

        most = int((1 + slack) * size_bytes)
        if size_at(LOWEST) > most:
            raise TargetError(f"{name}: {size_bytes} bytes are too few for {printable(scene.key)}")
        if size_at(HIGHEST) <= most:
            return tried[HIGHEST]
        return tried[_largest_within(size_at, sorted(tried), most)]

    return of_size


def _largest_within(size_at: Callable[[int], int], tried: Sequence[int], most: int) -> int:
    """The highest quality whose size is at most `most`, as that of some tried is, not of all."""
    low = max(quality for quality in tried if size_at(quality) <= most)
    high = min(quality for quality in tried if quality > low and size_at(quality) > most)
    steps = 0
    while high - low > 1:
        # sizes go about as a power of e in quality; every third step halves, whatever they do
        share = 0.5 if steps % 3 == 2 else _share_of_log(size_at(low), size_at(high), most)
        middle = min(max(round(low + share * (high - low)), low + 1), high - 1)
        low, high = (middle, high) if size_at(middle) <= most else (low, middle)
        steps += 1
    return low


def _share_of_log(small: int, large: int, size: int) -> float:
    return math.log(size / small) / math.log(large / small) if large > small else 0.5
