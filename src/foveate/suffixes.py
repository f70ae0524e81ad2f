"""By which endings of their names pictures are found in folders and stores."""

from __future__ import annotations

OWN_SUFFIXES = (
    *(f".foveate.{ending}" for ending in ("jpg", "avif", "jxl", "webp")),
    *(".map.png", ".overlay.jpg"),
)
"""The endings of the names that Foveate gives its results."""

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".avif", ".jp2", ".ppm", ".pgm", ".pnm", ".qoi", ".heic", ".heif", ".jxl"}
)
