"""Any picture file, bytes or array -> Picture; and writing files that are whole or not there."""

from foveate.pictures.drafts import sweep_drafts
from foveate.pictures.limits import DEFAULT_LIMITS, Limits
from foveate.pictures.picture import MAX_PIXELS, MAX_SIDE, Picture, PictureSource
from foveate.pictures.reading import read_picture, source_name
from foveate.pictures.writing import write_atomically

__all__ = [
    "DEFAULT_LIMITS",
    "MAX_PIXELS",
    "MAX_SIDE",
    "Limits",
    "Picture",
    "PictureSource",
    "read_picture",
    "source_name",
    "sweep_drafts",
    "write_atomically",
]
