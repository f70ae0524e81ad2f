"""What only JPEG files hold beside a picture, and what becomes of it in other formats."""

from __future__ import annotations

from foveate.pictures import Picture
from foveate.pictures.containers.appended import Appended
from foveate.pictures.metadata.keeping import with_appended


def without_jpeg_parts(picture: Picture, name: str) -> tuple[Picture, tuple[str, ...]]:
    """The picture without what is carried in JPEGs alone, and a note on each such thing.

    name: what people call the format that is written.
    """
    carried = picture.carried
    parts = {
        "IPTC's and Photoshop's data": carried.photoshop,
        "comments": carried.comments,
        "extended XMP": carried.extended_xmp,
    }
    names = [each for each, part in parts.items() if part]
    if carried.appended.names:
        names += carried.appended.names
        picture = with_appended(picture, Appended())
    return picture, tuple(f"left out: {each}, which {name} does not hold here" for each in names)
