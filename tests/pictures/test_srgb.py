"""Colours brought to sRGB, judged by what a profile does and not by its name."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from colour_profiles import SRGB, wide_gamut, with_gamma
from foveate.pictures import Picture, read_picture
from foveate.pictures.colours.srgb import in_srgb, is_srgb


def ramp(icc: bytes | None) -> Picture:
    file = io.BytesIO()
    values = np.arange(256, dtype=np.uint8)
    pixels = np.stack([values, values[::-1], values // 2], axis=-1)[None]
    Image.fromarray(pixels).save(file, "PNG", icc_profile=icc)
    return read_picture(file.getvalue())


def test_a_profile_that_changes_nothing_is_srgb() -> None:
    assert is_srgb(None)
    assert is_srgb(SRGB)
    assert np.array_equal(in_srgb(ramp(SRGB)).pixels, ramp(None).pixels)
    assert in_srgb(ramp(SRGB)).icc is None


def test_a_profile_called_srgb_that_changes_colours_is_not() -> None:
    assert not is_srgb(wide_gamut())
    picture = in_srgb(ramp(wide_gamut()))
    linear = ramp(None).pixels / 255.0
    bent = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(picture.pixels - 255 * bent).max() <= 3  # IEC 61966-2-1
    assert picture.icc is None
    assert picture.notes == ("colours converted to sRGB",)


@pytest.mark.parametrize("gamma", [1.8, 2.2])
def test_a_profile_that_changes_colours_a_little_is_not_srgb(gamma: float) -> None:
    assert not is_srgb(with_gamma(gamma))


@pytest.mark.parametrize("space", [b"CMYK", b"RGB "])
def test_a_profile_that_cannot_be_used_is_dropped_with_a_note(space: bytes) -> None:
    broken = SRGB[:16] + space + SRGB[20:128] + bytes(len(SRGB) - 128)
    assert not is_srgb(broken)
    pixels = ramp(None).pixels
    picture = Picture(pixels=pixels, name="ramp", icc=broken, notes=("alpha flattened on white",))
    found = in_srgb(picture)
    assert found.icc is None
    assert np.array_equal(found.pixels, picture.pixels)
    assert found.notes[0] == "alpha flattened on white"
    assert "colour profile dropped" in found.notes[1]


def test_white_stays_white_whatever_the_profiles_white_point() -> None:
    """Relative colorimetric (ICC.1:2022, 0.10): paper of another white is shown as white."""
    warm = bytearray(wide_gamut())
    at = warm.index(b"wtpt")
    offset = int.from_bytes(warm[at + 4 : at + 8], "big")
    warm[offset + 8 : offset + 20] = struct.pack(">3i", *(round(v * 65536) for v in (1, 1, 0.5)))
    pixels = np.full((4, 4, 3), 255, np.uint8)
    found = in_srgb(Picture(pixels=pixels, name="x", icc=bytes(warm)))
    assert found.pixels.min() >= 254
