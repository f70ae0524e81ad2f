"""Maps in time: each shot's maps are smoothed and joined, and never reach over a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foveate.video.regions import Grid, Levels, Offsets, Region, levels_of, regions_of


@dataclass(frozen=True, eq=False)
class Sample:
    """The offsets that the map of one frame asks for."""

    frame: int
    offsets: Offsets


@dataclass(frozen=True, eq=False)
class Shot:
    """Frames `first` to `end` without a cut between them, and the maps that were made of them."""

    first: int
    end: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Run:
    """From frame `first` on, until the next run, the encoder is given these regions."""

    first: int
    regions: tuple[Region, ...]


def runs_of(shots: Sequence[Shot], grid: Grid, *, step: int) -> tuple[Run, ...]:
    """The regions of all frames, which change every `step` frames and at cuts at most.

    Neighbours that are the same are one run, so that they share a graph of filters.
    """
    runs: list[Run] = []
    last: Levels | None = None
    for shot in shots:
        smooth = _smoothed(shot.samples)
        for first in range(shot.first, shot.end, step):
            middle = (first + min(first + step, shot.end) - 1) / 2
            levels = levels_of(_at(smooth, middle, grid))
            if last is not None and np.array_equal(levels, last):
                continue
            last = levels
            runs.append(Run(first, regions_of(levels, grid)))
    return tuple(runs)


def _smoothed(samples: Sequence[Sample]) -> list[Sample]:
    """Each map with a quarter of either neighbour's; at the ends of a shot the end's own."""
    if len(samples) < 2:
        return list(samples)
    values = np.stack([sample.offsets for sample in samples])
    before = np.concatenate([values[:1], values[:-1]])
    after = np.concatenate([values[1:], values[-1:]])
    smooth = (before + 2 * values + after) / 4
    return [Sample(s.frame, offsets) for s, offsets in zip(samples, smooth, strict=True)]


def _at(samples: Sequence[Sample], frame: float, grid: Grid) -> Offsets:
    """The offsets at a moment, in proportion between the samples around it."""
    if not samples:
        return np.zeros((grid.rows, grid.columns), np.float32)
    after = next((n for n, sample in enumerate(samples) if sample.frame >= frame), len(samples))
    if after == 0:
        return samples[0].offsets
    if after == len(samples):
        return samples[-1].offsets
    one, other = samples[after - 1], samples[after]
    share = np.float32((frame - one.frame) / (other.frame - one.frame))
    return np.asarray((1 - share) * one.offsets + share * other.offsets, np.float32)
