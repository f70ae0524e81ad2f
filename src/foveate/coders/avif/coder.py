"""AVIF as a coder: from checked settings to options and a target, and the facts of the file."""

from __future__ import annotations

from functools import partial
from typing import Any

from foveate.coders.avif.exif import without_orientation
from foveate.coders.avif.hidden_colours import without_hidden_colours
from foveate.coders.avif.level_files import LevelFiles
from foveate.coders.avif.levels import COARSEST, quality_of
from foveate.coders.avif.libaom import AvifOptions, check_encoder
from foveate.coders.avif.targets import Found, of_quality, of_size
from foveate.coders.avif.tuning import SPEEDS
from foveate.coders.base import Encoded, Weights
from foveate.coders.plain.asked_bytes import most_bytes_asked
from foveate.coders.plain.growth import no_larger_than_source
from foveate.coders.plain.jpeg_parts import without_jpeg_parts
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.errors import TargetError
from foveate.pictures import MAX_SIDE, Picture
from foveate.settings import Settings

_SMALLEST = "this is the smallest AVIF of the picture, whose frame takes more bytes than JPEG's"


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
        return no_larger_than_source(make(settings), picture, settings, make, file_format="AVIF")


CODER = AvifCoder()


def _encoded(picture: Picture, weights: Weights, settings: Settings) -> Encoded:
    """The picture as a file that meets the target of the settings."""
    subsampling = chosen_subsampling(picture, settings)
    threads = settings.threads or 1
    keep = settings.metadata != "none"
    picture, lost = without_jpeg_parts(picture, "AVIF")
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
            found = of_size(files, target_bytes)
        except TargetError:
            if settings.match_quality is None:
                raise
            found = Found(files.at(COARSEST), COARSEST)
            lost = (*lost, _SMALLEST)
    else:
        found = of_quality(files, picture, weights, settings)
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
