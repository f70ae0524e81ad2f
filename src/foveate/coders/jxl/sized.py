"""A JPEG XL of a size: the JPEG's bytes are chosen so that what libjxl makes of them fits."""

from __future__ import annotations

from collections.abc import Callable

from foveate.coders.base import Encoded
from foveate.coders.jxl.transcoding import as_jxl
from foveate.coders.plain.asked_bytes import too_few_bytes
from foveate.errors import TargetError
from foveate.settings import Settings

_USUAL_SHARE = 0.95
"""What libjxl leaves of the bytes of a JPEG that was made here: 0.93 to 0.97 of photographs."""
_LEAST, _AIM = 0.991, 0.9955
"""A byte target is met from here on, and aimed at there, as shares of the most."""
_JPEG_AIM = 0.9965
"""The share of a size where the JPEG coder ends."""
_TRIES = 5


def file_of_size(
    jpeg: Callable[[Settings], Encoded], settings: Settings, most: int
) -> tuple[Encoded, bytes]:
    """The JPEG and its JPEG XL of at most so many bytes, and hardly less.

    Args:
        jpeg: makes a JPEG by other settings.
        settings: what was asked.
        most: the most bytes of the JPEG XL.

    Raises:
        TargetError: even the smallest JPEG takes more.
        TranscodingError: libjxl does not take the JPEG.
    """
    best: tuple[Encoded, bytes] | None = None
    asked, low, high = round(_AIM * most / _USUAL_SHARE / _JPEG_AIM), 0, 1 << 62
    for _ in range(_TRIES):
        asked = min(max(asked, low + 1), high - 1)
        try:
            made = jpeg(_of_bytes(settings, asked))
        except TargetError as error:
            if best is not None:
                break
            raise TargetError(f"in JPEG XL, of the JPEG within: {error}") from error
        data = as_jxl(made.data)
        if len(data) <= most:
            low = asked
            if best is None or len(data) > len(best[1]):
                best = made, data
            if len(data) >= _LEAST * most or made.at_ceiling or made.copied_source:
                return best
        else:
            high = asked
        asked = round(_AIM * most * len(made.data) / len(data) / _JPEG_AIM)
        if high - low < 3:
            break
    if best is None:
        raise too_few_bytes(most, len(data))
    return best


def _of_bytes(settings: Settings, size: int) -> Settings:
    return settings.but(quality=None, match_quality=None, floor=None, size_bytes=size)
