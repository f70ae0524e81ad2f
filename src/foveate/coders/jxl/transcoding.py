"""JPEG files into JPEG XL and back, bit for bit, by libjxl behind imagecodecs."""

from __future__ import annotations

from foveate.errors import MissingExtraError
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.readers.jpeg_in_jxl import jpeg_within

MOST_AFTER_PICTURE = 4_260_096
"""The most bytes after a JPEG's picture that the box "jbrd" can hold (ISO 18181-2, A.3)."""

_ARITHMETIC = range(0xC9, 0xD0)
_LOSSLESS = 0xC3
_MULTIPLES = (1, 2)
"""The sampling factors that JPEG XL knows, where the largest of a picture is 1 or 2."""


class TranscodingError(ValueError):
    """A JPEG that JPEG XL cannot hold bit for bit; the text says why, as a clause."""


def check_transcoder() -> None:
    """Raises MissingExtraError where imagecodecs is not installed, or has no libjxl."""
    try:
        from imagecodecs import JPEGXL

        present = bool(JPEGXL.available)
    except (ImportError, AttributeError):
        present = False
    if not present:
        raise MissingExtraError("writing JPEG XL", "foveate[jxl]")


def as_jxl(jpeg: bytes, *, proven: bool = True) -> bytes:
    """The JPEG XL file of a JPEG file; its metadata lie in boxes, where viewers find them too.

    proven: whether the JPEG is brought back and compared, which takes about as long again.

    Raises:
        TranscodingError: libjxl cannot hold this JPEG bit for bit.
    """
    from imagecodecs import jpegxl_encode_jpeg

    try:
        data = bytes(jpegxl_encode_jpeg(jpeg, usecontainer=True))
    except MemoryError:
        raise
    except Exception as error:  # imagecodecs raises its own kinds
        raise TranscodingError(_why_not(jpeg)) from error
    if proven and jpeg_within(data, most=len(jpeg)) != jpeg:
        raise TranscodingError("libjxl does not bring it back as it was")
    return data


def _why_not(jpeg: bytes) -> str:
    """Why libjxl does not take a JPEG."""
    layout = jpeg_layout(jpeg)
    if layout is None:
        return "it is not laid out as the standard has it"
    if len(jpeg) - layout.end > MOST_AFTER_PICTURE:
        most = f"{MOST_AFTER_PICTURE / 1e6:.1f} MB"
        return f"more than {most} follow its picture, such as a motion photo's video"
    marker = layout.frame_marker
    if marker is not None and marker in _ARITHMETIC:
        return "it has arithmetic codes"
    if marker == _LOSSLESS:
        return "it is of the lossless process, which has no coefficients"
    frame = next((s for s in layout.segments if s.marker == marker), None)
    if frame is not None:
        precision, components = jpeg[frame.start + 4], jpeg[frame.start + 9]
        if precision != 8:
            return f"its samples have {precision} bits"
        if components not in (1, 3):
            return f"it has {components} components, as CMYK has"
        factors = jpeg[frame.start + 11 : frame.end : 3]
        if any(side not in _MULTIPLES for f in factors for side in (f >> 4, f & 15)):
            return "its chroma is reduced in a way that JPEG XL does not know"
    return "it is damaged, or coded in a way that libjxl does not take"
