"""Any picture file, bytes or array -> Picture; and writing files that are whole or not there."""

from foveate.pictures.picture import MAX_PIXELS, MAX_SIDE, Picture, PictureSource
from foveate.pictures.reading import read_picture
from foveate.pictures.writing import write_atomically

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE",
    "Picture",
    "PictureSource",
    "read_picture",
    "write_atomically",
]
