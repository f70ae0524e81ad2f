"""The weighted trellis as a coder: from checked settings to targets and options, and facts."""

from __future__ import annotations

import dataclasses
import math
from functools import partial

from foveate.coders.base import Encoded, Weights
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.encode import Options, encode
from foveate.coders.jpeg.eyes.encode import encode_for_eyes
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING
from foveate.coders.jpeg.headers import file_facts
from foveate.coders.jpeg.source import lossless_source
from foveate.coders.jpeg.stored.coefficients import source_coefficients
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.tuning import DEFAULT_TUNE, TUNINGS
from foveate.coders.jpeg.whole_file import whole_file
from foveate.coders.plain.asked_bytes import most_bytes_asked
from foveate.coders.plain.subsampling import came_as_420, chosen_subsampling
from foveate.pictures import MAX_SIDE, Picture
from foveate.settings import Settings

ROUNDS = {"fast": 0, "default": 2, "best": 6}
"""How often the decoded picture is looked at, by effort."""
_LEAST, _AIM = 0.991, 0.9965
"""A byte target within 1 % is met from here on, and aimed at there, as shares of the most."""


class TrellisCoder:
    """Writes a standard JPEG whose coefficients are chosen by a trellis with a weight a block."""

    suffix = ".jpg"
    longest_side = MAX_SIDE
    keeps_alpha = False

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`."""
        if settings.lossless:
            return lossless_source(picture, settings)
        return whole_file(partial(_encoded, weights), picture, settings)


CODER = TrellisCoder()


def _encoded(weights: Weights, picture: Picture, settings: Settings) -> Encoded:
    """The picture as a file that meets the target of the settings."""
    vision = settings.tune == "vision"
    tuning = TUNINGS[DEFAULT_TUNE if vision else settings.tune]
    segments, notes = kept_segments(picture, settings)
    target = _target(picture, settings, len(segments))
    threads = settings.threads or 1
    chroma_420 = chosen_subsampling(picture, settings) == "420"
    if settings.subsampling == "auto" and came_as_420(picture):
        chroma_420 = True  # there is no finer chroma to be kept
    source = source_coefficients(picture, chroma_420=chroma_420, threads=threads)
    options = Options(
        chroma_420=chroma_420,
        progressive=settings.progressive,
        threads=threads,
        tuning=tuning,
        source=source,
    )
    if vision:
        block_weights = weights.of_blocks(
            boldness=EYE_TUNING.boldness, marked_boldness=EYE_TUNING.marked_boldness
        )
        rounds = ROUNDS[settings.effort]
        made = encode_for_eyes(
            picture.pixels, block_weights, target, options, segments, rounds=rounds
        )
    else:
        block_weights = weights.of_blocks(boldness=tuning.boldness)
        made = encode(picture.pixels, block_weights, target, options, segments)
    effort = {"effort": settings.effort} if vision else {}
    return dataclasses.replace(
        made,
        target_bytes=target.most if isinstance(target, BytesTarget) else None,
        metadata_bytes=len(segments),
        notes=notes,
        facts={"tune": settings.tune, **effort, **file_facts(made.data)},
    )


def kept_segments(picture: Picture, settings: Settings) -> tuple[bytes, tuple[str, ...]]:
    """The metadata segments that go into the file, and a note for each that does not fit."""
    if settings.metadata == "none":
        return b"", ()
    carried = picture.carried
    return metadata.segments(
        exif=picture.exif,
        xmp=picture.xmp,
        icc=picture.icc,
        extended_xmp=carried.extended_xmp,
        photoshop=carried.photoshop,
        comments=carried.comments,
        further_app2=carried.appended.marks,
    )


def _target(
    picture: Picture, settings: Settings, metadata_bytes: int
) -> BytesTarget | PlainQuality:
    """Bytes to meet, or the errors of plain JPEG to keep."""
    if settings.quality is not None:
        assert settings.floor is not None
        return PlainQuality(settings.quality, settings.floor)
    most = most_bytes_asked(picture, settings, metadata_bytes)
    free = most - metadata_bytes if settings.size_bytes is None else most
    least, aim = most - free + _LEAST * free, most - free + _AIM * free
    return BytesTarget(math.ceil(least), round(aim), most)
