"""A JPEG that came in: given back where encoding it anew would make it larger."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable

from PIL import Image

from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.headers import file_facts, is_baseline, opened_jpeg
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.pictures.srgb import is_srgb
from foveate.settings import Settings

_ORIENTATION_TAG = 0x0112
_TURNED = range(2, 9)
"""Orientations that turn or mirror a picture; others but 1 mean nothing (Exif 2.32, 4.6.5)."""


def bare_jpeg(jpeg: bytes) -> tuple[bytes, tuple[str, ...]] | None:
    """A JPEG without metadata, but for what it needs to be shown as before.

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
        with contextlib.suppress(Exception):  # broken EXIF counts as none, as where it was read
            orientation = file.getexif().get(_ORIENTATION_TAG, 1)
        if orientation in _TURNED:
            tags = Image.Exif()
            tags[_ORIENTATION_TAG] = orientation
            exif = tags.tobytes().removeprefix(metadata.EXIF_HEADER)
            kept.append("orientation")
        profile = file.info.get("icc_profile")
        is_profile = profile is not None and profile[36:40] == b"acsp"  # ICC.1:2022, 7.2.9
        if is_profile and not is_srgb(profile):
            icc = profile
            kept.append("colour profile")
    return metadata.spliced(bare, metadata.segments(exif=exif, icc=icc)[0]), tuple(kept)


def no_larger_than_source(
    made: Encoded, picture: Picture, settings: Settings, encode: Callable[[Settings], Encoded]
) -> Encoded:
    """What was made, or the JPEG that came in where that takes no more bytes.

    A baseline file that was asked for is never replaced by a source of another kind: it is made
    again in the source's bytes, where that can be done.

    Args:
        made: the file made of `picture`.
        picture: as it came in.
        settings: what was asked.
        encode: makes a file of the same picture by other settings.
    """
    source = _source_as_asked(picture, settings)
    if source is None or len(source.data) > len(made.data):
        return made
    if settings.progressive or is_baseline(source.data):
        return dataclasses.replace(source, target_bytes=made.target_bytes)
    fitting = settings.but(
        quality=None, match_quality=None, floor=None, size_bytes=len(source.data)
    )
    kind = "the file that came in, which is not baseline"
    try:
        again = encode(fitting)
    except TargetError:
        note = f"a baseline file of this picture cannot be as small as {kind}"
        return dataclasses.replace(made, notes=(*made.notes, note))
    note = f"a baseline file as asked would be larger than {kind}; this one takes no more bytes"
    return dataclasses.replace(again, target_bytes=made.target_bytes, notes=(*again.notes, note))


def _source_as_asked(picture: Picture, settings: Settings) -> Encoded | None:
    """The JPEG that came in, without its metadata where these are to go; None without a JPEG."""
    source = picture.encoded
    if source is None or picture.format != "JPEG":
        return None
    if settings.metadata == "all":
        return Encoded(source, copied_source=True, facts=file_facts(source))
    bare = bare_jpeg(source)
    if bare is None:
        return None
    data, kept = bare
    notes = (f"its {' and '.join(kept)} stayed: without, it would look otherwise",) if kept else ()
    return Encoded(data, copied_source=True, notes=notes, facts=file_facts(data))
