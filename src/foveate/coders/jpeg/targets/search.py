"""What both searches share: their bounds, what they find, a secant that stays in its bracket."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Protocol

from foveate.coders.jpeg.scripts import Script
from foveate.coders.jpeg.trellis_passes import Blocks, Quantised, statistics_of

SMALLEST_SCALE = 0.25
LARGEST_SCALE = 4096.0
"""Every step is 1 at the smallest; at the largest it is 255, and hardly a level is left."""


@dataclass(frozen=True)
class Found:
    """The pass that meets the target, its file, and whether finer steps would not help any more."""

    quantised: Quantised
    data: bytes
    scale: float
    at_ceiling: bool

    def fills(self, least: int) -> bool:
        """Whether the file takes at least `least` bytes, or holds all that the picture has."""
        return self.at_ceiling or len(self.data) >= least


class Writer(Protocol):
    """An encoder, as far as its files go."""

    blocks: Blocks
    script: Script
    threads: int

    def write(self, quantised: Quantised, segments: bytes) -> bytes: ...


def smaller_of(writer: Writer, found: Found, plain: Quantised, segments: bytes) -> Found:
    """What a search for a quality found, or plain JPEG's own levels where their file is smaller.

    Plain JPEG keeps each of its own limits. Nothing else does where a picture was decoded from a
    JPEG of the same tables: its levels have hardly an error, so that a search would end at the
    finest steps.
    """
    statistics = statistics_of(plain.levels, writer.blocks, writer.script, writer.threads)
    counted = dataclasses.replace(plain, statistics=statistics)
    if counted.least_bytes + len(segments) >= len(found.data):
        return found
    data = writer.write(counted, segments)
    return Found(plain, data, plain.scale, False) if len(data) < len(found.data) else found


class Secant:
    """Finds the root of a monotone function, bracketed once both signs are seen."""

    def __init__(self, slope: float, lowest: float, highest: float) -> None:
        self._slope = slope
        self._range = (lowest, highest)
        self._above: tuple[float, float] | None = None  # nearest point with a positive value
        self._below: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None

    def next(self, x: float, value: float) -> float:
        """The next guess after `value` was seen at `x`."""
        if self._last is not None and abs(x - self._last[0]) > 1e-6:
            slope = (value - self._last[1]) / (x - self._last[0])
            steeper = slope / self._slope  # a change of sign is noise
            self._slope *= min(max(steeper, 1.0 / 3.0), 3.0)
        self._last = (x, value)
        if value > 0:
            self._above = (x, value)
        else:
            self._below = (x, value)
        guess = x - value / self._slope
        if self._above is not None and self._below is not None:
            low, high = sorted((self._above[0], self._below[0]))
            margin = 0.05 * (high - low)
            if not low + margin <= guess <= high - margin:
                guess = 0.5 * (low + high)
        return min(max(guess, self._range[0]), self._range[1])


def scale_secant(slope: float) -> Secant:
    """A secant over log scale."""
    return Secant(slope, math.log(SMALLEST_SCALE), math.log(LARGEST_SCALE))
