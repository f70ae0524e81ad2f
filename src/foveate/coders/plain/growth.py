"""No file larger than the one that came in: it is given back, or the new one is made to fit it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from foveate.coders.base import Encoded
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.settings import Settings

_JPEG = ("JPEG", "MPO")


def no_larger_than_source(
    made: Encoded,
    picture: Picture,
    settings: Settings,
    encode: Callable[[Settings], Encoded],
    *,
    file_format: str,
) -> Encoded:
    """What was made, or the file that came in where that takes no more bytes.

    A source whose metadata or transparency is to go is not given back: the picture is made again in
    its bytes. So is that of a JPEG that was to become another format of some quality: what the JPEG
    lost is not worth more bytes.

    Args:
        made: the file made of `picture`.
        picture: as it came in.
        settings: what was asked.
        encode: makes a file of the same picture by other settings.
        file_format: what Pillow calls the format of `made`.
    """
    source = picture.encoded
    if source is None or len(source) > len(made.data):
        return made
    if picture.format != file_format:
        if picture.format not in _JPEG or settings.quality is None:
            return made
    elif settings.metadata == "all" and not picture.flattened:
        return Encoded(source, target_bytes=made.target_bytes, copied_source=True)
    fitting = settings.but(quality=None, match_quality=None, floor=None, size_bytes=len(source))
    try:
        again = encode(fitting)
    except TargetError:
        note = "a file of what is to stay cannot be as small as the file that came in"
        return dataclasses.replace(made, notes=(*made.notes, note))
    note = "as good as asked would be larger than the file that came in; this one is not"
    return dataclasses.replace(again, target_bytes=made.target_bytes, notes=(*again.notes, note))
