"""Turns all that a picture carries, after its pixels were turned by the orientation."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from PIL import Image

from foveate.pictures.containers.jpeg_layout import APP0, APP14, jpeg_layout
from foveate.pictures.conversion import upright
from foveate.pictures.metadata.carried import Carried
from foveate.pictures.metadata.exif import placed_exif, upright_xmp
from foveate.pictures.metadata.placed_xmp import placed_xmp
from foveate.pictures.metadata.placement import TURNS, Placement
from foveate.pictures.metadata.xmp import extended_guid, with_extended_guid, without_extended_guid
from foveate.pictures.picture import Picture

_TRANSPOSED = range(5, 9)
_MOST_GAIN_MAP_PIXELS = 100_000_000


def with_upright_metadata(picture: Picture, orientation: int) -> Picture:
    """The picture, whose pixels are upright by now, with all else turned as they were."""
    carried, xmp, notes = picture.carried, picture.xmp, list(picture.notes)
    placement = Placement.turned(orientation, picture.whole)
    exif = picture.exif
    if exif is not None:
        exif = placed_exif(exif, placement)
        if exif is None:
            notes.append("EXIF is broken and left out")
    if xmp:
        xmp = upright_xmp(xmp)
        extended = carried.extended_xmp
        if extended and extended_guid(extended) not in xmp.upper():
            carried = carried.but(extended_xmp=b"")  # of another packet
        xmp, carried = _placed(xmp, carried, placement)
    else:
        carried = carried.but(extended_xmp=b"")
    if orientation in TURNS:
        carried = _turned(carried, orientation)
    return dataclasses.replace(
        picture, exif=exif, xmp=xmp or None, carried=carried, notes=tuple(notes)
    )


def with_cut_metadata(picture: Picture, placement: Placement) -> Picture:
    """The picture, whose pixels were cut out of another, with EXIF and XMP of what is there."""
    exif, xmp, carried = picture.exif, picture.xmp, picture.carried
    if exif:
        exif = placed_exif(exif, placement)
    if xmp:
        xmp, carried = _placed(xmp, carried, placement)
    return dataclasses.replace(picture, exif=exif, xmp=xmp, carried=carried)


def _placed(xmp: bytes, carried: Carried, placement: Placement) -> tuple[bytes, Carried]:
    """XMP and its extended part after a placement, pointing at each other."""
    xmp = placed_xmp(xmp, placement)
    if not carried.extended_xmp:
        return without_extended_guid(xmp), carried
    extended = placed_xmp(carried.extended_xmp, placement)
    return with_extended_guid(xmp, extended), carried.but(extended_xmp=extended)


def _turned(carried: Carried, orientation: int) -> Carried:
    if orientation in _TRANSPOSED and carried.density is not None:
        carried = carried.but(density=carried.density.turned())
    appended = carried.appended
    if not appended.gain_maps:
        return carried
    turned = [_turned_gain_map(each, orientation) for each in appended.gain_maps]
    maps = tuple(each for each in turned if each is not None)
    if len(maps) < len(turned):
        left_out = (*carried.left_out, "the HDR gain map, which could not be turned")
        return carried.but(appended=appended.without_gain_maps(), left_out=left_out)
    return carried.but(appended=dataclasses.replace(appended, gain_maps=maps))


def _turned_gain_map(jpeg: bytes, orientation: int) -> bytes | None:
    """A gain map turned as its picture was, in its own quantisation tables; None where damaged.

    Coding it anew in the same tables changes its samples by about a level.
    """
    layout = jpeg_layout(jpeg)
    if layout is None:
        return None
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            if image.mode not in ("L", "RGB") or image.width * image.height > _MOST_GAIN_MAP_PIXELS:
                return None
            tables = getattr(image, "quantization", {})
            pixels = upright(np.asarray(image), orientation)
            if orientation in _TRANSPOSED:
                tables = {n: _transposed(table) for n, table in tables.items()}
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "JPEG", qtables=tables, subsampling=0, optimize=True)
    except Exception:  # Pillow's decoders raise nearly every kind there is
        return None
    made = file.getvalue()
    made_layout = jpeg_layout(made)
    assert made_layout is not None
    kept = b"".join(
        jpeg[s.start : s.end]
        for s in layout.segments
        if APP0 < s.marker <= 0xEF and s.marker != APP14
    )
    after = made_layout.segments[0].end  # JFIF's
    return made[:after] + kept + made[after:]


def _transposed(table: list[int]) -> list[int]:
    return np.array(table).reshape(8, 8).T.reshape(64).tolist()
