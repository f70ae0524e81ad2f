"""A JPEG that came in: given back where encoding it anew would make it larger."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable

from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.headers import (
    file_facts,
    is_baseline,
    is_shown_everywhere,
    opened_jpeg,
)
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.pictures.containers.appended import appended_to
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.metadata import rights_exif
from foveate.pictures.quiet import without_warnings
from foveate.pictures.srgb import is_srgb
from foveate.pictures.truncated import mended
from foveate.settings import Settings

_ORIENTATION_TAG = 0x0112
_RARE_CODES = (
    "coded anew with Huffman codes: browsers do not show the codes of the file that came in"
)
_TURNED = range(2, 9)
"""Orientations that turn or mirror a picture; others but 1 mean nothing (Exif 2.32, 4.6.5)."""


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
    with opened_jpeg(jpeg) as file:
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
    """What was made, or the JPEG that came in where its picture takes no more bytes.

    What follows the picture in a file, such as a video, is not counted. A file that browsers do
    not show is never given back. A baseline file that was asked for is never replaced by a source
    of another kind: it is made again in the source's bytes, where that can be done.

    Args:
        made: the file made of `picture`.
        picture: as it came in.
        settings: what was asked.
        encode: makes a file of the same picture by other settings.
    """
    if _has_rare_codes(picture):
        return dataclasses.replace(made, notes=(*made.notes, _RARE_CODES))
    source = _source_as_asked(picture, settings)
    if source is None or _picture_bytes(source.data) > len(made.data):
        return made
    if settings.progressive or is_baseline(source.data):
        return dataclasses.replace(source, target_bytes=made.target_bytes)
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
    source = picture.encoded
    if source is None or picture.format != "JPEG" or jpeg_layout(source) is None:
        return False
    return not is_shown_everywhere(source)


def _source_as_asked(picture: Picture, settings: Settings) -> Encoded | None:
    """The JPEG that came in, without its metadata where these are to go; None without a JPEG."""
    source = picture.encoded
    if source is None or picture.format != "JPEG":
        return None
    end_missing = mended(source)
    if end_missing is not None:
        if not end_missing.is_whole:
            return None
        source = end_missing.data
    if settings.metadata == "all":
        return Encoded(source, copied_source=True, facts=file_facts(source))
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
    return Encoded(data, copied_source=True, notes=tuple(notes), facts=file_facts(data))


def _picture_bytes(jpeg: bytes) -> int:
    """How many bytes a file's first picture takes, with its metadata."""
    layout = jpeg_layout(jpeg)
    return len(jpeg) if layout is None else layout.end
