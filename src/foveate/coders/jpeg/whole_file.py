"""A JPEG file with all that its picture carries: densities, gain maps, a motion photo's video."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from foveate.coders.base import Encoded
from foveate.coders.jpeg.metadata import XMP_HEADER
from foveate.coders.jpeg.source import no_larger_than_source
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.pictures.containers.appended import Appended
from foveate.pictures.containers.jpeg_layout import (
    APP0,
    APP1,
    APP2,
    COM,
    jpeg_layout,
    segment,
)
from foveate.pictures.containers.mpf import MPF_HEADER, mpf_payload, mpf_payload_bytes
from foveate.pictures.metadata.carried import Density
from foveate.pictures.metadata.keeping import with_appended, xmp_with_appended
from foveate.settings import Settings

_MOST_OF_A_SIZE = 0.5
"""What follows a picture takes at most this share of the bytes that were asked for."""


def whole_file(
    encode: Callable[[Picture, Settings], Encoded], picture: Picture, settings: Settings
) -> Encoded:
    """What `encode` makes of a picture, never larger than its source, and what follows it.

    A byte target counts what follows the picture too; where that would take more than half of the
    bytes, it is left out and a note says so. Other targets count the picture alone.
    """
    appended = picture.carried.appended
    for kept in _fewer_and_fewer(appended):
        added = _added_bytes(kept)
        last = kept == Appended()
        asked = settings
        if settings.size_bytes is not None:
            if not last and added > _MOST_OF_A_SIZE * settings.size_bytes:
                continue
            asked = settings.but(size_bytes=settings.size_bytes - added)
        held = picture if kept == appended else with_appended(picture, kept)
        try:
            made = _made(encode, held, asked, settings)
        except TargetError:
            if last:
                raise
            continue
        gone = [name for name in appended.names if name not in kept.names]
        notes = [f"left out, for lack of bytes: {name}" for name in gone]
        return dataclasses.replace(made, notes=(*made.notes, *notes))
    raise AssertionError("the last choice keeps nothing and always ends the loop")


def _made(
    encode: Callable[[Picture, Settings], Encoded],
    picture: Picture,
    asked: Settings,
    settings: Settings,
) -> Encoded:
    """The file by the settings `asked`, whose size leaves room for what follows the picture."""

    def encoded(other: Settings) -> Encoded:
        made = encode(picture, other)
        return dataclasses.replace(made, data=_with_density(made.data, picture.carried.density))

    made = no_larger_than_source(encoded(asked), picture, asked, encoded)
    most = settings.size_bytes
    if made.copied_source and (most is None or len(made.data) <= most):
        return dataclasses.replace(made, target_bytes=most or made.target_bytes)
    appended = picture.carried.appended
    data = made.data
    if appended != Appended() or made.copied_source:
        data = joined(made.data, appended)
    return dataclasses.replace(
        made,
        data=data,
        metadata_bytes=made.metadata_bytes + len(data) - len(made.data),
        target_bytes=most or made.target_bytes,
    )


def joined(jpeg: bytes, appended: Appended) -> bytes:
    """A JPEG's picture, an index of the gain maps that follow it, these, and the video.

    What its XMP and its index promise is brought up to date.
    """
    layout = jpeg_layout(jpeg)
    if layout is None:
        return jpeg
    kept = []
    for found in layout.segments:
        payload = jpeg[found.start + 4 : found.end]
        if found.marker == APP2 and payload.startswith(MPF_HEADER):
            continue
        if found.marker == APP1 and payload.startswith(XMP_HEADER):
            packet = xmp_with_appended(payload.removeprefix(XMP_HEADER), appended)
            kept.append(segment(APP1, XMP_HEADER + packet))
        else:
            kept.append(jpeg[found.start : found.end])
    heads = sum(APP0 <= part[1] <= 0xEF or part[1] == COM for part in kept)
    first, rest = b"".join([jpeg[:2], *kept[:heads]]), b"".join([*kept[heads:], b"\xff\xd9"])
    index = b""
    if appended.gain_maps:
        sizes = [len(each) for each in appended.gain_maps]
        whole = len(first) + 4 + mpf_payload_bytes(len(sizes)) + len(rest)
        index = segment(APP2, mpf_payload(whole, len(first) + 4, sizes))
    return b"".join([first, index, rest, *appended.gain_maps, appended.video])


def _added_bytes(appended: Appended) -> int:
    """How many bytes `joined` adds."""
    sizes = [len(each) for each in appended.gain_maps]
    index = 4 + mpf_payload_bytes(len(sizes)) if sizes else 0
    return index + sum(sizes) + len(appended.video)


def _fewer_and_fewer(appended: Appended) -> Iterator[Appended]:
    """All that follows a picture, then without the video, then nothing."""
    if appended.video or appended.gain_maps:
        yield appended
        if appended.video and appended.gain_maps:
            yield appended.without_video()
    yield Appended()


def _with_density(jpeg: bytes, density: Density | None) -> bytes:
    """The file with another density in JFIF's header (T.871, 10.1)."""
    if density is None or jpeg[2:4] != b"\xff\xe0" or jpeg[6:11] != b"JFIF\0":
        return jpeg
    told = bytes((density.unit,)) + density.across.to_bytes(2, "big")
    return jpeg[:13] + told + density.down.to_bytes(2, "big") + jpeg[18:]
