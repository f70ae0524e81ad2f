"""The JPEG file that a JPEG XL file holds bit for bit, where it was made from one.

Such a file has a box "jbrd" (ISO 18181-2, 9.9), which tells what the coefficients do not: Huffman
codes, scans, segments, and what follows the picture.
"""

from __future__ import annotations

from foveate.pictures.containers.isobmff import boxes
from foveate.pictures.containers.jxl_header import CONTAINER

_MOST_GROWTH, _MOST_BESIDE = 8, 8 << 20
"""A JPEG's picture takes some 1.3 times the bytes of its JPEG XL, and 4 MB may follow it."""


def holds_jpeg(encoded: bytes) -> bool:
    """Whether a file is a JPEG XL that was made from a JPEG."""
    return encoded.startswith(CONTAINER) and any(kind == b"jbrd" for kind, _ in boxes(encoded))


def jpeg_within(encoded: bytes, *, most: int) -> bytes | None:
    """The JPEG; None where there is none, where it is damaged, or imagecodecs is not installed.

    most: the bytes that it may take. A small file can pretend to hold a huge one, so that it may
    not take many times the bytes of the JPEG XL either.
    """
    if not holds_jpeg(encoded):
        return None
    room = min(most, _MOST_GROWTH * len(encoded) + _MOST_BESIDE)
    try:
        from imagecodecs import jpegxl_decode_jpeg

        return bytes(jpegxl_decode_jpeg(encoded, numthreads=1, out=bytearray(room)))
    except MemoryError:
        raise
    except Exception:  # imagecodecs raises its own kinds; what is damaged is told by its pixels
        return None
