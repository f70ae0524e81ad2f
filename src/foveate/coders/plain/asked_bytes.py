"""The bytes that settings ask for; a quality stands for the bytes of plain JPEG there."""

from __future__ import annotations

from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.pictures import Picture
from foveate.settings import Settings


def most_bytes_asked(picture: Picture, settings: Settings) -> int:
    """The most bytes that the settings allow; where they name a quality, plain JPEG's bytes."""
    if settings.size_bytes is not None:
        return settings.size_bytes
    if settings.match_quality is not None:
        return bytes_at_quality(picture.pixels, settings.match_quality)
    assert settings.quality is not None
    subsampling = chosen_subsampling(picture, settings)
    return bytes_at_quality(picture.pixels, settings.quality, subsampling=subsampling)
