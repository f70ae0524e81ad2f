"""AVIF as a coder: from checked settings to a level of libaom's, the numbers that steer it, facts.

A byte target is met from below by the finest of 64 levels that fits; the level above, steered less,
then fills what is left. A quality is met by the coarsest level that keeps plain JPEG's limits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from foveate.coders.avif.exif import without_orientation
from foveate.coders.avif.hidden_colours import without_hidden_colours
from foveate.coders.avif.level_files import LevelFiles
from foveate.coders.avif.levels import COARSEST, FINEST, quality_of
from foveate.coders.avif.libaom import AvifOptions, check_encoder
from foveate.coders.avif.limits import Limits
from foveate.coders.avif.search import last_within
from foveate.coders.avif.source import no_larger_than_source
from foveate.coders.avif.tuning import SPEEDS
from foveate.coders.base import Encoded, Weights
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING
from foveate.coders.plain.asked_bytes import most_bytes_asked, too_few_bytes
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.errors import TargetError
from foveate.pictures import MAX_SIDE, Picture
from foveate.pictures.containers.appended import Appended
from foveate.pictures.keeping import with_appended
from foveate.settings import Settings

_BYTES_SLOPE = 0.045
"""The log of bytes that a level takes fewer than the next finer one."""
_SEEN_SLOPE = 0.06
"""The log of what is seen of a level more than of the next finer one."""
_LEAST = 0.991
"""The share of the most bytes from which a byte target is met."""
_FILLINGS = 3
_SMALLEST = "this is the smallest AVIF of the picture, whose frame takes more bytes than JPEG's"
_STEERED_BYTES = 0.12
"""The log of the bytes that steering adds at a level: where the search for a filling begins."""


class AvifCoder:
    """Writes an AVIF whose superblocks are the finer the more people look at them."""

    suffix = ".avif"
    longest_side = MAX_SIDE
    keeps_alpha = True

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`.

        Raises:
            MissingExtraError: Pillow has no libaom.
        """
        check_encoder()
        make = partial(_encoded, picture, weights)
        return no_larger_than_source(make(settings), picture, settings, make)


CODER = AvifCoder()


@dataclass(frozen=True)
class _Found:
    data: bytes
    level: int
    at_ceiling: bool


def _encoded(picture: Picture, weights: Weights, settings: Settings) -> Encoded:
    """The picture as a file that meets the target of the settings."""
    subsampling = chosen_subsampling(picture, settings)
    threads = settings.threads or 1
    keep = settings.metadata != "none"
    picture, lost = _as_avif_holds_it(picture)
    options = AvifOptions(
        SPEEDS[settings.effort],
        subsampling,
        threads,
        picture.icc if keep else None,
        without_orientation(picture.exif) if keep and picture.exif else None,
        picture.xmp if keep else None,
    )
    pixels, alpha = picture.pixels, None
    if picture.transparency is not None:
        pixels = without_hidden_colours(picture.transparency)
        alpha = picture.transparency.alpha
    files = LevelFiles(pixels, weights, options, alpha=alpha)
    target_bytes = None
    if settings.quality is None:
        target_bytes = most_bytes_asked(picture, settings, options.metadata_bytes)
        try:
            found = _of_size(files, target_bytes)
        except TargetError:
            if settings.match_quality is None:
                raise
            found = _Found(files.at(COARSEST), COARSEST, at_ceiling=False)
            lost = (*lost, _SMALLEST)
    else:
        found = _of_quality(files, picture, weights, settings)
    facts: dict[str, Any] = {
        "effort": settings.effort,
        "subsampling": "grey" if pixels.ndim == 2 else subsampling,
        "alpha": alpha is not None,
        "speed": options.speed,
        "libaom_quality": quality_of(found.level),
        "steered": files.is_steered(found.level),
    }
    return Encoded(
        found.data,
        at_ceiling=found.at_ceiling,
        target_bytes=target_bytes,
        metadata_bytes=options.metadata_bytes,
        notes=(*lost, *files.notes_on(found.level)),
        facts=facts,
    )


def _as_avif_holds_it(picture: Picture) -> tuple[Picture, tuple[str, ...]]:
    """The picture without what is carried in JPEGs alone, and a note on each such thing."""
    carried = picture.carried
    parts = {
        "IPTC's and Photoshop's data": carried.photoshop,
        "comments": carried.comments,
        "extended XMP": carried.extended_xmp,
    }
    names = [name for name, part in parts.items() if part]
    if carried.appended.names:
        names += carried.appended.names
        picture = with_appended(picture, Appended())
    return picture, tuple(f"left out: {name}, which AVIF does not hold here" for name in names)


def _of_size(files: LevelFiles, most: int) -> _Found:
    """The largest file found of at most so many bytes."""

    def excess(fineness: int) -> float:
        return math.log(len(files.at(-fineness)) / most)

    fineness = last_within(excess, lowest=-COARSEST, highest=-FINEST, guess=-32, slope=_BYTES_SLOPE)
    if fineness is None:
        least = len(files.at(COARSEST))
        raise too_few_bytes(most, least, files.options.metadata_bytes)
    level = -fineness
    found = _Found(files.at(level), level, level == FINEST and excess(fineness) < math.log(_LEAST))
    if level == FINEST or not files.has_map:
        return found
    return _filled(files, found, level - 1, most)


def _filled(files: LevelFiles, found: _Found, level: int, most: int) -> _Found:
    """A larger file than was found, of a finer level that is steered less; or what was found."""
    low, high = (0.0, -_STEERED_BYTES), (1.0, math.log(len(files.at(level)) / most))
    low = (0.0, high[1] - _STEERED_BYTES)
    for _ in range(_FILLINGS):
        if len(found.data) >= _LEAST * most or low[1] >= 0:
            break
        aim = 0.5 * math.log(_LEAST)
        share = low[0] + (high[0] - low[0]) * (aim - low[1]) / (high[1] - low[1])
        share = round(min(max(share, 0.05), 0.98), 3)
        data = files.at(level, share)
        value = math.log(len(data) / most)
        if value > 0:
            high = share, value
        else:
            low = share, value
            if len(data) > len(found.data):
                found = _Found(data, level, at_ceiling=False)
        if high[0] - low[0] < 0.02:
            break
    return found


def _of_quality(
    files: LevelFiles, picture: Picture, weights: Weights, settings: Settings
) -> _Found:
    """The coarsest file that keeps plain JPEG's limits when decoded, or the finest there is."""
    assert settings.quality is not None
    assert settings.floor is not None
    field_of_eyes = weights.of_blocks(
        boldness=EYE_TUNING.boldness, marked_boldness=EYE_TUNING.marked_boldness
    )
    limits = Limits(
        picture,
        field_of_eyes,
        quality=settings.quality,
        floor=settings.floor,
        share=EYE_TUNING.visible,
        subsampling=files.options.subsampling,
        threads=files.options.threads,
    )
    level = last_within(
        lambda level: limits.excess(files.at(level)),
        lowest=FINEST,
        highest=COARSEST,
        guess=_usual_level(settings.quality),
        slope=_SEEN_SLOPE,
    )
    if level is None:
        return _Found(files.at(FINEST), FINEST, at_ceiling=True)
    return _Found(files.at(level), level, at_ceiling=False)


def _usual_level(quality: int) -> int:
    """About the level that is as good as plain JPEG at a quality."""
    return round(np.interp(quality, [1, 20, 50, 80, 95, 100], [60, 52, 42, 30, 16, 4]))
