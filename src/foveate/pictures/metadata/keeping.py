"""What of a picture's metadata is kept: all, what tells its rights, or none."""

from __future__ import annotations

import dataclasses
import re

from foveate.pictures.colours.srgb import in_srgb
from foveate.pictures.containers.appended import Appended
from foveate.pictures.containers.photoshop import rights_resources
from foveate.pictures.metadata.carried import Carried
from foveate.pictures.metadata.container_xmp import GAIN_MAP, VIDEO, xmp_of_container
from foveate.pictures.metadata.exif import rights_exif
from foveate.pictures.metadata.xmp import rights_xmp
from foveate.pictures.picture import Picture

_RIGHTS_COMMENT = re.compile(
    rb"copyright|licen[cs]e|rights|\(c\)|\xc2\xa9|\xa9|cc[- ]by|creator\b(?!: gd-jpeg)|author", re.I
)


def with_metadata(picture: Picture, kept: str) -> Picture:
    """The picture with as much of its metadata as `kept` says, and notes of what is left out.

    "all" leaves out only what a JPEG cannot hold. "rights" keeps copyright, creators, licence and
    the colour profile. "none" keeps nothing, and brings colours to sRGB.
    """
    carried = picture.carried
    if kept == "all":
        picture = with_appended(picture, carried.appended)
        return _noted(picture, tuple(f"left out: {name}" for name in carried.left_out))
    notes = _appended_notes(carried.appended)
    bare = Carried(density=carried.density)
    if kept == "none":
        picture = dataclasses.replace(picture, exif=None, xmp=None, carried=bare)
        return _noted(in_srgb(picture), notes)
    packets = [p for p in (picture.xmp, carried.extended_xmp) if p]
    xmp = next((found for found in map(rights_xmp, packets) if found is not None), None)
    picture = dataclasses.replace(
        picture,
        exif=rights_exif(picture.exif),
        xmp=xmp,
        carried=bare.but(
            photoshop=rights_resources(carried.photoshop),
            comments=tuple(c for c in carried.comments if _RIGHTS_COMMENT.search(c)),
        ),
    )
    return _noted(picture, notes)


def with_appended(picture: Picture, appended: Appended) -> Picture:
    """The picture with these parts after it, and XMP that promises no others."""
    xmp = None if picture.xmp is None else xmp_with_appended(picture.xmp, appended)
    carried = picture.carried.but(appended=appended)
    return dataclasses.replace(picture, xmp=xmp, carried=carried)


def xmp_with_appended(packet: bytes, appended: Appended) -> bytes:
    """XMP that promises these parts after the picture, and no others."""
    lengths: dict[str, int | None] = {}
    if appended.gain_maps:
        lengths[GAIN_MAP] = len(appended.gain_maps[0])
    if appended.video:
        lengths[VIDEO] = None  # it stays as it is, and players count from the file's end
    return xmp_of_container(packet, lengths)


def _appended_notes(appended: Appended) -> tuple[str, ...]:
    return tuple(f"left out: {name}" for name in (*appended.names, *appended.left_out))


def _noted(picture: Picture, notes: tuple[str, ...]) -> Picture:
    return dataclasses.replace(picture, notes=(*picture.notes, *notes)) if notes else picture
