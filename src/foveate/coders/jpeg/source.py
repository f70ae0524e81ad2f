"""A JPEG that came in: given back where encoding it anew would make it larger."""

from __future__ import annotations

from typing import Any

from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.plain import is_progressive, opened_jpeg, stored_subsampling
from foveate.pictures import Picture
from foveate.pictures.srgb import is_srgb
from foveate.settings import Settings

_ORIENTATION_TAG = 0x0112


def file_facts(data: bytes) -> dict[str, Any]:
    """What a JPEG says of itself: `subsampling` and `progressive`."""
    return {"subsampling": stored_subsampling(data), "progressive": is_progressive(data)}


def kept_source(picture: Picture, settings: Settings, most_bytes: int) -> Encoded | None:
    """The JPEG that came in, where it takes no more than `most_bytes` and the settings allow it.

    A picture that needs its orientation or profile is never copied when these are to go.
    """
    source = picture.encoded
    if source is None or picture.format != "JPEG":
        return None
    if settings.metadata == "none":
        with opened_jpeg(source) as file:
            turned = file.getexif().get(_ORIENTATION_TAG, 1) != 1
            if turned or not is_srgb(file.info.get("icc_profile")):
                return None
        source = metadata.without_metadata(source)
    if source is None or len(source) > most_bytes:
        return None
    return Encoded(source, facts=file_facts(source))
