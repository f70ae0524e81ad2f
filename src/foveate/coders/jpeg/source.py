"""A JPEG that came in: its picture is kept where encoding it anew would not make it smaller."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable

import numpy as np

from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.headers import (
    file_facts,
    is_baseline,
    is_shown_everywhere,
    opened_jpeg,
)
from foveate.coders.jpeg.stored.levels import StoredError, stored_picture
from foveate.coders.jpeg.stored.own import written_here
from foveate.coders.jpeg.stored.rewriting import has_further_pictures, rewritten
from foveate.coders.jpeg.tables import quantisation_tables
from foveate.errors import PictureError, TargetError
from foveate.pictures import Picture
from foveate.pictures.colours.srgb import is_srgb
from foveate.pictures.containers.appended import appended_to
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.metadata.exif import rights_exif
from foveate.pictures.quiet import without_warnings
from foveate.pictures.readers.truncated import mended
from foveate.settings import Settings

_RESTORED = "the result is the JPEG file that it held, bit for bit"
_ORIENTATION_TAG = 0x0112
_RARE_CODES = (
    "coded anew with Huffman codes: browsers do not show the codes of the file that came in"
)
_TURNED = range(2, 9)
"""Orientations that turn or mirror a picture; others but 1 mean nothing (Exif 2.32, 4.6.5)."""

_WORTH_A_GENERATION = 0.98
"""A file is made anew for a quality only in a smaller share of the bytes it takes rewritten."""
_WORTH_ANOTHER = 0.84
"""The same of a file that was written here.

At the quality that it was made for it takes 0.85 to 0.96 of its bytes, for 10 less 0.4 to 0.88.
"""
_WORTH_COARSER_STEPS = 0.7
"""The same where its steps are already as coarse as those of files at the quality asked for."""
_STEPS_AT_QUALITY = {"vision": 0.73, "fidelity": 0.49, "eyes": 0.49}
"""The least luma steps of files made for a quality, as a share of plain JPEG's, by tune.

Of four photographs and a drawn picture at qualities 60 to 92 they are 0.74 to 1.24 with the tune
vision, and 0.50 to 0.80 with fidelity.
"""
_LEAST_OF_A_REWRITING, _TABLES = 0.7, 1000
"""Hardly any rewriting without loss leaves less than this share of a file, without its tables."""


def bare_jpeg(jpeg: bytes, rights: Picture | None = None) -> tuple[bytes, tuple[str, ...]] | None:
    """A JPEG without metadata, but for what it needs to be shown as before.

    Args:
        jpeg: the file.
        rights: a picture whose metadata are kept in place of the file's, with any profile.

    Returns:
        The file, whose coded picture is untouched, and the names of what it kept: "orientation"
        where the picture is stored turned, "colour profile" where that is not sRGB's. None for a
        file that is not laid out as T.81 B.2 has it.
    """
    bare = metadata.without_metadata(jpeg)
    if bare is None:
        return None
    exif, icc, kept = None, None, []
    with without_warnings(), opened_jpeg(jpeg) as file:
        orientation = 1
        with without_warnings(), contextlib.suppress(Exception):  # broken EXIF counts as none
            orientation = file.getexif().get(_ORIENTATION_TAG, 1)
        if orientation in _TURNED:
            kept.append("orientation")
        exif = rights_exif(
            None if rights is None else rights.exif,
            orientation=orientation if orientation in _TURNED else 1,
        )
        profile = file.info.get("icc_profile")
        is_profile = profile is not None and profile[36:40] == b"acsp"  # ICC.1:2022, 7.2.9
        if is_profile and (rights is not None or not is_srgb(profile)):
            icc = profile
            kept.append("colour profile")
    if rights is None:
        return metadata.spliced(bare, metadata.segments(exif=exif, icc=icc)[0]), tuple(kept)
    carried = rights.carried
    segments, _ = metadata.segments(
        exif=exif,
        xmp=rights.xmp,
        icc=icc,
        photoshop=carried.photoshop,
        comments=carried.comments,
    )
    return metadata.spliced(bare, segments), ()


def no_larger_than_source(
    made: Encoded, picture: Picture, settings: Settings, encode: Callable[[Settings], Encoded]
) -> Encoded:
    """What was made, or the picture that came in where that is as good an answer.

    It is where it takes no more bytes than what was made, or than were asked for; and where a
    second generation would save too little: 2 % for a quality, 16 to 30 % of a file that was
    written here. Its file is rewritten without loss where that makes it smaller, unless it was
    written here. What follows the picture in a file, such as a video, is not counted. A file that
    browsers do not show is never given back. A baseline file that was asked for is never replaced
    by a source of another kind: it is made again in the source's bytes, where that can be done.

    Args:
        made: the file made of `picture`.
        picture: as it came in.
        settings: what was asked.
        encode: makes a file of the same picture by other settings.
    """
    if _has_rare_codes(picture):
        return dataclasses.replace(made, notes=(*made.notes, _RARE_CODES))
    source = _source_as_asked(picture, settings)
    if source is None:
        return made
    as_asked = settings.progressive or is_baseline(source.data)
    if as_asked:
        most = _most_of_a_source(source.data, made, settings)
        if (_picture_bytes(source.data) - _TABLES) * _LEAST_OF_A_REWRITING <= most:
            source = _rewritten_where_smaller(source, settings)
        if _picture_bytes(source.data) > most:
            return made
        return dataclasses.replace(source, target_bytes=made.target_bytes)
    if _picture_bytes(source.data) > len(made.data):
        return made
    fitting = settings.but(
        quality=None,
        match_quality=None,
        floor=None,
        size_bytes=_picture_bytes(source.data),
    )
    kind = "the file that came in, which is not baseline"
    try:
        again = encode(fitting)
    except TargetError:
        note = f"a baseline file of this picture cannot be as small as {kind}"
        return dataclasses.replace(made, notes=(*made.notes, note))
    note = f"a baseline file as asked would be larger than {kind}; this one takes no more bytes"
    return dataclasses.replace(again, target_bytes=made.target_bytes, notes=(*again.notes, note))


def _has_rare_codes(picture: Picture) -> bool:
    """Whether the picture came as a JPEG that browsers do not show."""
    source = picture.jpeg
    if source is None or jpeg_layout(source) is None:
        return False
    return not is_shown_everywhere(source)


def _most_of_a_source(source: bytes, made: Encoded, settings: Settings) -> float:
    """The bytes up to which the picture that came in is the better answer."""
    if settings.size_bytes is not None:
        return max(len(made.data), settings.size_bytes)
    if written_here(source):
        return len(made.data) / (
            _WORTH_COARSER_STEPS if _is_coarse(source, settings) else _WORTH_ANOTHER
        )
    if settings.quality is not None:
        return len(made.data) / _WORTH_A_GENERATION
    return len(made.data)


def _is_coarse(source: bytes, settings: Settings) -> bool:
    """Whether a file's steps are as coarse as those of files made for the quality asked for."""
    quality = settings.quality or settings.match_quality
    if quality is None:
        return False
    own, plain = (
        float(np.log(steps.astype(np.float64)).mean())
        for steps in (stored_picture(source).components[0].steps, quantisation_tables(quality)[0])
    )
    return own - plain >= math.log(_STEPS_AT_QUALITY[settings.tune])


def lossless_source(picture: Picture, settings: Settings) -> Encoded:
    """The JPEG that came in with the same coefficients in the fewest bytes.

    The JPEG that a JPEG XL file holds is given back as it is, unless metadata are to go.

    Raises:
        PictureError: it is no JPEG, or of a kind whose coefficients cannot be read.
    """
    if picture.jpeg is None:
        raise PictureError(
            f"{picture.name}: is no JPEG file and holds none, and only these can be kept without"
            " loss; leave out `lossless`"
        )
    if picture.restored is not None and settings.metadata == "all":
        facts = {**file_facts(picture.restored), "restored": True}
        return Encoded(picture.restored, copied_source=True, notes=(_RESTORED,), facts=facts)
    source = _source_as_asked(picture, settings)
    try:
        if source is None:
            raise StoredError(
                "it is truncated"
                if _is_cut(picture)
                else "it is not laid out as the standard has it"
            )
        return _rewritten(source, settings)
    except StoredError as error:
        raise PictureError(
            f"{picture.name}: cannot be rewritten without loss, since {error}; leave out `lossless`"
        ) from error


def _is_cut(picture: Picture) -> bool:
    """Whether pixels are missing at the file's end."""
    found = None if picture.encoded is None else mended(picture.encoded)
    return found is not None and not found.is_whole


def _rewritten(source: Encoded, settings: Settings) -> Encoded:
    """The same picture in the fewest bytes.

    Raises:
        StoredError: its coefficients cannot be had.
    """
    if has_further_pictures(source.data):
        note = "it holds further pictures, which are found by their distance; it stays as it is"
        return dataclasses.replace(source, notes=(*source.notes, note))
    data = rewritten(source.data, progressive=settings.progressive, threads=settings.threads or 1)
    facts = {**source.facts, **file_facts(data), "lossless": True}
    return dataclasses.replace(source, data=data, facts=facts)


def _rewritten_where_smaller(source: Encoded, settings: Settings) -> Encoded:
    """The same without an error, and as it is where it was written here already."""
    if written_here(source.data) or has_further_pictures(source.data):
        return source
    try:
        again = _rewritten(source, settings)
    except StoredError:
        return source
    return again if len(again.data) < len(source.data) else source


def _source_as_asked(picture: Picture, settings: Settings) -> Encoded | None:
    """The JPEG that came in, without its metadata where these are to go; None without a JPEG."""
    source = picture.jpeg
    if source is None:
        return None
    restored = {} if picture.restored is None else {"restored": True}
    end_missing = mended(source)
    if end_missing is not None:
        if not end_missing.is_whole:
            return None
        source = end_missing.data
    if settings.metadata == "all":
        return Encoded(source, copied_source=True, facts={**file_facts(source), **restored})
    bare = bare_jpeg(source, picture if settings.metadata == "rights" else None)
    if bare is None:
        return None
    data, kept = bare
    notes = []
    if kept:
        notes.append(f"its {' and '.join(kept)} stayed: without, it would look otherwise")
    layout = jpeg_layout(source)
    if layout is not None:
        after = appended_to(source, layout)
        notes += [f"left out: {name}" for name in (*after.names, *after.left_out)]
    facts = {**file_facts(data), **restored}
    return Encoded(data, copied_source=True, notes=tuple(notes), facts=facts)


def _picture_bytes(jpeg: bytes) -> int:
    """How many bytes a file's first picture takes, with its metadata."""
    layout = jpeg_layout(jpeg)
    return len(jpeg) if layout is None else layout.end
