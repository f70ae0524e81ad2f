"""From a target to a level of libaom's, and how much of what the weights ask for is done.

A byte target is met from below by the finest of 64 levels that fits; the level above, steered less,
then fills what is left. A quality is met by the coarsest level that keeps plain JPEG's limits. In
the place of a large picture pieces of it are searched, and two or three whole files then suffice.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from foveate.coders.avif.level_files import LevelFiles
from foveate.coders.avif.levels import COARSEST, FINEST
from foveate.coders.avif.sample import Pieces, pieces_of
from foveate.coders.base import Weights
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING
from foveate.coders.plain.asked_bytes import too_few_bytes
from foveate.coders.plain.limits import Field, Limits
from foveate.coders.plain.search import last_within, last_within_by_sample
from foveate.pictures import Picture
from foveate.pictures.transparency import Transparency
from foveate.settings import Settings

_BYTES_SLOPE = 0.045
"""The log of bytes that a level takes fewer than the next finer one."""
_SEEN_SLOPE = 0.06
"""The log of what is seen of a level more than of the next finer one."""
_LEAST = 0.991
"""The share of the most bytes from which a byte target is met."""
_AIM = 0.5 * math.log(_LEAST)
_FILLINGS = 3
_STEERED_BYTES = 0.12
"""The log of the bytes that steering adds at a level: where the search for a filling begins."""
_WHOLE_FILES = 4
"""The most that are made by what the pieces say, before the search goes on without them."""


@dataclass(frozen=True)
class Found:
    """A file, the level that it has, and whether nothing finer can be had."""

    data: bytes
    level: int
    at_ceiling: bool = False


def of_size(files: LevelFiles, most: int) -> Found:
    """The largest file found of at most so many bytes.

    Raises:
        TargetError: there is none.
    """
    pieces = pieces_of(files.height, files.width)
    sample = None if pieces is None else files.sample(pieces)
    held = files.options.metadata_bytes

    def excess(fineness: int) -> float:
        return math.log(len(files.at(-fineness)) / most)

    limits = {"lowest": -COARSEST, "highest": -FINEST, "guess": -32}
    if pieces is None or sample is None or most <= held:
        fineness = last_within(excess, **limits, slope=_BYTES_SLOPE)
    else:
        guessed = _Predicted(sample, most - held, -math.log(pieces.share))
        if files.has_map:
            found = _steered_to_size(files, guessed, most)
            if found is not None:
                return found
        fineness = last_within_by_sample(
            excess, lambda each: guessed.excess(-each), **limits, slope=_BYTES_SLOPE
        )
    if fineness is None:
        raise too_few_bytes(most, len(files.at(COARSEST)), held)
    level = -fineness
    found = Found(files.at(level), level, level == FINEST and excess(fineness) < math.log(_LEAST))
    if level == FINEST or not files.has_map:
        return found

    def filling(share: float) -> float:
        return math.log(len(files.at(level - 1, share)) / most)

    if len(found.data) >= _LEAST * most:
        return found
    share = _share_within(filling)
    return found if share is None else _larger(found, files.at(level - 1, share), level - 1)


@dataclass
class _Predicted:
    """What the files of some pieces say of the bytes of whole files."""

    sample: LevelFiles
    most: int
    offset: float
    """The log of the bytes of a whole file over those of the pieces."""

    def excess(self, level: int, share: float = 1.0) -> float:
        """The log of about the bytes of a file over the most."""
        return math.log(len(self.sample.at(level, share)) / self.most) + self.offset

    def learn(self, level: int, share: float, size: int) -> None:
        """Be right about a file that was made."""
        self.offset += math.log(max(size, 1) / self.most) - self.excess(level, share)


def _steered_to_size(files: LevelFiles, predicted: _Predicted, most: int) -> Found | None:
    """A file of nearly the most bytes, soon found; None where that fails."""
    held, found = files.options.metadata_bytes, None
    guess = -32
    for _ in range(_WHOLE_FILES):
        fineness = last_within(
            lambda each: predicted.excess(-each),
            lowest=-COARSEST,
            highest=-FINEST,
            guess=guess,
            slope=_BYTES_SLOPE,
        )
        if fineness is None or fineness == -FINEST:
            return None
        guess, level, share = fineness, -fineness, 1.0
        if predicted.excess(level) < math.log(_LEAST):
            finer = next((each for each in (level - 1, level - 2) if files.steers(each)), FINEST)
            filling = _share_within(partial(predicted.excess, finer))
            if filling is not None:
                level, share = finer, filling
        if not files.steers(level):
            return found
        data = files.at(level, share)
        if len(data) <= most:
            found = Found(data, level) if found is None else _larger(found, data, level)
            if len(found.data) >= _LEAST * most:
                return found
        predicted.learn(level, share, len(data) - held)
    return found


def _larger(found: Found, data: bytes, level: int) -> Found:
    return Found(data, level) if len(data) > len(found.data) else found


def _share_within(excess: Callable[[float], float]) -> float | None:
    """The largest share found whose excess is 0 or less.

    excess: the log of the bytes over the most, rising with the share.
    """
    high = (1.0, excess(1.0))
    low = (0.0, high[1] - _STEERED_BYTES)
    best: float | None = None
    for _ in range(_FILLINGS):
        if low[1] >= 0:
            break
        share = low[0] + (high[0] - low[0]) * (_AIM - low[1]) / (high[1] - low[1])
        share = round(min(max(share, 0.05), 0.98), 3)
        value = excess(share)
        if value > 0:
            high = share, value
        else:
            low, best = (share, value), share
            if value >= math.log(_LEAST):
                break
        if high[0] - low[0] < 0.02:
            break
    return best


def of_quality(files: LevelFiles, picture: Picture, weights: Weights, settings: Settings) -> Found:
    """The coarsest file that keeps plain JPEG's limits when decoded, or the finest there is."""
    assert settings.quality is not None
    field = weights.of_blocks(
        boldness=EYE_TUNING.boldness, marked_boldness=EYE_TUNING.marked_boldness
    )
    limits = _limits(files, picture, field, settings)
    range_of_levels = {"lowest": FINEST, "highest": COARSEST}
    guess = _usual_level(settings.quality)

    def excess(level: int) -> float:
        return limits.excess(files.at(level))

    pieces = pieces_of(picture.height, picture.width)
    if pieces is None:
        level = last_within(excess, **range_of_levels, guess=guess, slope=_SEEN_SLOPE)
    else:
        sample = files.sample(pieces)
        part = None if field is None else pieces.of(field, unit=8)
        seen = _limits(files, _part_of(picture, pieces), part, settings)
        level = last_within_by_sample(
            excess,
            lambda each: seen.excess(sample.at(each)),
            **range_of_levels,
            guess=guess,
            slope=_SEEN_SLOPE,
        )
    if level is None:
        return Found(files.at(FINEST), FINEST, at_ceiling=True)
    return Found(files.at(level), level)


def _limits(files: LevelFiles, picture: Picture, field: Field | None, settings: Settings) -> Limits:
    assert settings.quality is not None
    assert settings.floor is not None
    return Limits(
        picture,
        field,
        quality=settings.quality,
        floor=settings.floor,
        share=EYE_TUNING.visible,
        subsampling=files.options.subsampling,
        threads=files.options.threads,
    )


def _part_of(picture: Picture, pieces: Pieces) -> Picture:
    kept = picture.transparency
    if kept is not None:
        kept = Transparency(pieces.of(kept.colour), pieces.of(kept.alpha))
    return dataclasses.replace(picture, pixels=pieces.of(picture.pixels), transparency=kept)


def _usual_level(quality: int) -> int:
    """About the level that is as good as plain JPEG at a quality."""
    return round(np.interp(quality, [1, 20, 50, 80, 95, 100], [60, 52, 42, 30, 16, 4]))
