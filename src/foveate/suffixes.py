"""By which endings of their names pictures are found in folders and stores."""

from __future__ import annotations

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".avif", ".jp2", ".ppm", ".pgm", ".pnm", ".qoi", ".heic", ".heif", ".jxl"}
)
