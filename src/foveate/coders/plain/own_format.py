"""A file of the format that is written: given back where encoding it anew would make it larger."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from foveate.coders.base import Encoded
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.settings import Settings


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
    its bytes.

    Args:
        made: the file made of `picture`.
        picture: as it came in.
        settings: what was asked.
        encode: makes a file of the same picture by other settings.
        file_format: what Pillow calls the format of `made`.
    """
    source = picture.encoded
    if source is None or picture.format != file_format or len(source) > len(made.data):
        return made
    if settings.metadata == "all" and not picture.flattened:
        return Encoded(source, target_bytes=made.target_bytes, copied_source=True)
    fitting = settings.but(quality=None, match_quality=None, floor=None, size_bytes=len(source))
    try:
        again = encode(fitting)
    except TargetError:
        note = "a file of what is to stay cannot be as small as the file that came in"
        return dataclasses.replace(made, notes=(*made.notes, note))
    note = "as good as asked would be larger than the file that came in; this one is not"
    return dataclasses.replace(again, target_bytes=made.target_bytes, notes=(*again.notes, note))
