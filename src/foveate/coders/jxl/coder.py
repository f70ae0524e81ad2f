"""JPEG XL as a coder: the weighted JPEG, or the JPEG that came in, transcoded without loss."""

from __future__ import annotations

import dataclasses
from functools import partial

from foveate.coders.base import Encoded, Weights
from foveate.coders.jpeg.coder import kept_segments
from foveate.coders.jpeg.headers import file_facts
from foveate.coders.jpeg.source import lossless_source
from foveate.coders.jxl.sized import file_of_size
from foveate.coders.jxl.transcoding import (
    MOST_AFTER_PICTURE,
    TranscodingError,
    as_jxl,
    check_transcoder,
)
from foveate.coders.plain.asked_bytes import most_bytes_asked
from foveate.coders.plain.growth import no_larger_than_source
from foveate.coders.registry import get_coder
from foveate.errors import PictureError
from foveate.pictures import MAX_SIDE, Picture
from foveate.pictures.containers.appended import Appended
from foveate.pictures.metadata.keeping import with_appended
from foveate.settings import Settings


class JxlCoder:
    """Writes a JPEG as `Settings.method` does, and from it a JPEG XL that gives it back."""

    suffix = ".jxl"
    longest_side = MAX_SIDE
    keeps_alpha = False

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`.

        Raises:
            MissingExtraError: imagecodecs is not installed.
            PictureError: a JPEG that is to be kept cannot be held bit for bit.
        """
        check_transcoder()
        if settings.lossless:
            return _lossless(picture, settings)
        make = partial(_encoded, picture, weights)
        return no_larger_than_source(make(settings), picture, settings, make, file_format="JXL")


CODER = JxlCoder()


def _lossless(picture: Picture, settings: Settings) -> Encoded:
    """The JPEG that came in, whole and as it is, but for metadata that are to go."""
    if picture.restored is not None and picture.encoded is not None and settings.metadata == "all":
        return Encoded(
            picture.encoded, copied_source=True, facts=_facts(picture.restored, lossless=True)
        )
    if picture.jpeg is None or settings.metadata != "all":
        kept = lossless_source(picture, settings)
    else:
        kept = Encoded(picture.jpeg, copied_source=True)
    try:
        data = as_jxl(kept.data)
    except TranscodingError as error:
        raise PictureError(
            f"{picture.name}: cannot be put into JPEG XL without loss, since {error};"
            " keep it as it is, or leave out `lossless`"
        ) from error
    return dataclasses.replace(kept, data=data, facts=_facts(kept.data, lossless=True))


def _encoded(picture: Picture, weights: Weights, settings: Settings) -> Encoded:
    """The picture as a file that meets the target of the settings."""
    held, left_out = _with_what_fits(picture)
    inner = get_coder(settings.method)

    def jpeg(asked: Settings) -> Encoded:
        return inner.encode(held, weights, asked)

    try:
        if settings.quality is not None and settings.method == "rdo":
            made, target_bytes = jpeg(settings), None
            data = as_jxl(made.data)
        else:
            segments, _ = kept_segments(held, settings)
            target_bytes = most_bytes_asked(picture, settings, len(segments))
            made, data = file_of_size(jpeg, settings, target_bytes)
    except TranscodingError as error:
        raise PictureError(
            f"{picture.name}: cannot be written as JPEG XL, since {error}; write another format"
        ) from error
    return dataclasses.replace(
        made,
        data=data,
        target_bytes=target_bytes,
        notes=(*made.notes, *left_out),
        facts={**made.facts, **_facts(made.data)},
    )


def _with_what_fits(picture: Picture) -> tuple[Picture, tuple[str, ...]]:
    """The picture without what follows it where JPEG XL cannot hold that much, and notes."""
    appended = picture.carried.appended
    for kept in (appended, appended.without_video(), Appended()):
        size = sum(len(part) for part in (*kept.gain_maps, kept.video))
        if size > MOST_AFTER_PICTURE:
            continue
        if kept == appended:
            return picture, ()
        gone = [name for name in appended.names if name not in kept.names]
        most = f"{MOST_AFTER_PICTURE:,}"
        notes = tuple(f"left out: {name}, since JPEG XL holds {most} at most" for name in gone)
        return with_appended(picture, kept), notes
    raise AssertionError("nothing at all always fits")


def _facts(jpeg: bytes, *, lossless: bool = False) -> dict[str, object]:
    """What is told of the JPEG that the file holds."""
    told: dict[str, object] = {**file_facts(jpeg), "jpeg_bytes": len(jpeg)}
    return {**told, "lossless": True} if lossless else told
