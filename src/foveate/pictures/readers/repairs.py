"""Good files with a flaw, made readable: no end, or a damaged chunk that no one needs."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.errors import PictureError, TruncatedError
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.containers.png_chunks import SIGNATURE, readable_png
from foveate.pictures.readers.truncated import mended

_ARITHMETIC = range(0xC9, 0xD0)
"""Frame headers of arithmetic codes (T.81, table B.1)."""


@dataclass(frozen=True)
class Repaired:
    """Bytes that Pillow reads, what was mended, and how they have to be read."""

    data: bytes
    notes: tuple[str, ...] = ()
    in_one_go: bool = False
    """Whether the decoder must be given all bytes at once: libjpeg's for arithmetic codes must."""


def repaired_bytes(encoded: bytes, name: str, max_pixels: int, *, tolerant: bool) -> Repaired:
    """The file's bytes as Pillow reads them.

    Raises PictureError for a JPEG or PNG of which pixels are missing, unless `tolerant`.
    """
    found = mended(encoded, max_pixels)
    if found is not None and found.is_whole:
        note = "the mark of the file's end was missing; the picture is whole"
        return Repaired(readable_png(found.data)[0], (note,), _is_arithmetic(encoded))
    if found is not None:
        if not tolerant:
            raise TruncatedError(f"{name}: is truncated: it holds {found.words}")
        if found.held == 0:
            raise PictureError(f"{name}: holds no row of its picture; take another copy")
        note = f"truncated: the file holds {found.words}"
        return Repaired(readable_png(found.data)[0], (note,), _is_arithmetic(encoded))
    if encoded.startswith(SIGNATURE):
        return Repaired(readable_png(encoded)[0])
    return Repaired(encoded, in_one_go=_is_arithmetic(encoded))


def _is_arithmetic(encoded: bytes) -> bool:
    layout = jpeg_layout(encoded)
    return layout is not None and layout.frame_marker in _ARITHMETIC
