"""WebP as a coder: from checked settings to a quality of libwebp's, and facts.

libwebp takes no map, and none steers the file. `--quality` still means what it means in other
formats: the map says where the decoded file has to be as good as plain JPEG.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from foveate.coders.base import Encoded, Weights
from foveate.coders.plain.asked_bytes import most_bytes_asked, too_few_bytes
from foveate.coders.plain.growth import no_larger_than_source
from foveate.coders.plain.jpeg_parts import without_jpeg_parts
from foveate.coders.plain.limits import Limits
from foveate.coders.plain.search import last_within
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.coders.webp.libwebp import (
    FINEST,
    LEVELS_A_QUALITY,
    MAX_SIDE,
    METHODS,
    LevelFiles,
    WebpMetadata,
    check_encoder,
)
from foveate.pictures import Picture
from foveate.settings import Settings

_BYTES_SLOPE = 0.012
"""The log of bytes that a level takes more than the one before it."""
_SEEN_SLOPE = 0.013
"""The log of what is seen of a level less than of the one before it."""
_LEAST = 0.991
"""The share of the most bytes below which the finest file is told to be at its ceiling."""
_AT_CEILING = (
    "WebP has no full resolution of colours and is not as good as asked even at its best;"
    " JPEG or AVIF are"
)
_SMALLEST = "this is the smallest WebP of the picture, which takes more bytes than JPEG's"


class WebpCoder:
    """Writes the smallest WebP that is as good as asked, or the best one of a size."""

    suffix = ".webp"
    longest_side = MAX_SIDE
    keeps_alpha = True

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`.

        Raises:
            MissingExtraError: Pillow has no libwebp.
        """
        check_encoder()
        make = partial(_encoded, picture, weights)
        return no_larger_than_source(make(settings), picture, settings, make, file_format="WEBP")


CODER = WebpCoder()


def _encoded(picture: Picture, weights: Weights, settings: Settings) -> Encoded:
    """The picture as a file that meets the target of the settings."""
    picture, notes = without_jpeg_parts(picture, "WebP")
    held = WebpMetadata() if settings.metadata == "none" else WebpMetadata.of(picture)
    files = LevelFiles(picture, held, method=METHODS[settings.effort])
    target_bytes = None
    if settings.quality is None:
        target_bytes = most_bytes_asked(picture, settings, held.size)
        level = _of_size(files, target_bytes)
        if level is None:
            if settings.match_quality is None:
                raise too_few_bytes(target_bytes, len(files.at(0)), held.size)
            level, notes = 0, (*notes, _SMALLEST)
        at_ceiling = level == FINEST and len(files.at(level)) < _LEAST * target_bytes
    else:
        found = _of_quality(files, picture, weights, settings)
        level, at_ceiling = FINEST if found is None else found, found is None
        notes = (*notes, _AT_CEILING) if at_ceiling else notes
    facts: dict[str, Any] = {
        "effort": settings.effort,
        "subsampling": "420",
        "alpha": picture.transparency is not None,
        "libwebp_quality": level / LEVELS_A_QUALITY,
        "steered": False,
    }
    return Encoded(
        files.at(level),
        at_ceiling=at_ceiling,
        target_bytes=target_bytes,
        metadata_bytes=held.size,
        notes=notes,
        facts=facts,
    )


def _of_size(files: LevelFiles, most: int) -> int | None:
    """The finest level whose file takes at most so many bytes; None where none does."""
    return last_within(
        lambda level: math.log(len(files.at(level)) / most),
        lowest=0,
        highest=FINEST,
        guess=FINEST // 2,
        slope=_BYTES_SLOPE,
    )


def _of_quality(
    files: LevelFiles, picture: Picture, weights: Weights, settings: Settings
) -> int | None:
    """The coarsest level that keeps plain JPEG's limits when decoded; None where none does."""
    assert settings.quality is not None
    limits = Limits.asked(
        picture, weights, settings, subsampling=chosen_subsampling(picture, settings)
    )
    coarsest = last_within(
        lambda coarseness: limits.excess(files.at(FINEST - coarseness)),
        lowest=0,
        highest=FINEST,
        guess=FINEST - _usual_level(settings.quality),
        slope=_SEEN_SLOPE,
    )
    return None if coarsest is None else FINEST - coarsest


def _usual_level(quality: int) -> int:
    """About the level that is as good as plain JPEG at a quality."""
    return round(np.interp(quality, [1, 50, 80, 95, 100], [0, 80, 150, 190, 200]))
