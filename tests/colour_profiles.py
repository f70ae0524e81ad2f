"""Colour profiles that change how colours are shown."""

from __future__ import annotations

import struct

from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_gamma(gamma: float) -> bytes:
    """sRGB's primaries and name with a curve of this power (ICC.1:2022, 10.18, function type 3)."""
    changed = bytearray(SRGB)
    at = changed.index(b"para") + 12
    changed[at : at + 20] = struct.pack(">5i", round(gamma * 65536), 65536, 0, 65536, 0)
    return bytes(changed)


def wide_gamut() -> bytes:
    """sRGB's primaries and name with a linear curve."""
    return with_gamma(1)
