"""The bytes that settings ask for; a quality stands for the bytes of plain JPEG there."""

from __future__ import annotations

from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.settings import Settings


def most_bytes_asked(picture: Picture, settings: Settings, metadata_bytes: int = 0) -> int:
    """The most bytes that the settings allow.

    Where they name a quality, these are plain JPEG's bytes with as many `metadata_bytes` as the
    file has: the pictures are compared, and metadata stay whatever they take.
    """
    if settings.size_bytes is not None:
        return settings.size_bytes
    if settings.match_quality is not None:
        return bytes_at_quality(picture.pixels, settings.match_quality) + metadata_bytes
    assert settings.quality is not None
    subsampling = chosen_subsampling(picture, settings)
    plain = bytes_at_quality(picture.pixels, settings.quality, subsampling=subsampling)
    return plain + metadata_bytes


def too_few_bytes(most: int, least: int, metadata_bytes: int = 0) -> TargetError:
    """The error that says that `most` bytes are too few, and what would work.

    least: the bytes of the smallest file there is, `metadata_bytes` of them metadata.
    """
    said = f"{most:,} bytes are too few for this picture"
    if metadata_bytes:
        said += f" with its {metadata_bytes:,} bytes of metadata"
    said += f"; the nearest that can be met is {least:,} bytes"
    if metadata_bytes:
        said += f", or about {least - metadata_bytes:,} with `metadata='none'`"
    return TargetError(said)
