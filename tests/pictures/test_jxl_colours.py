"""The colours that a JPEG XL file's header tells, and what becomes of them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from foveate import read_picture
from foveate.pictures.colours.colour_profiles import DISPLAY_P3, SRGB_CURVE, rgb_profile
from foveate.pictures.colours.shown_colours import from_light
from foveate.pictures.containers.isobmff import CodingPoints
from foveate.pictures.containers.jxl_header import jxl_header
from photos import photo

SIZE = ((1, 1), (4, 5), (0, 3), (6, 5))
DEPTH = ((0, 1), (0, 2))
"""No floating point, 8 bits."""
RGB, PLAIN_GAMMA = ((0, 2),), (0, 1)
D65 = ((1, 2),)


def head(*fields: tuple[int, int], extra: bytes = bytes(8)) -> bytes:
    """A codestream's head, of values and of how many bits they take."""
    value, at = 0, 0
    for number, bits in fields:
        value |= number << at
        at += bits
    return b"\xff\x0a" + value.to_bytes((at + 7) // 8, "little") + extra


def coded(*colours: tuple[int, int], channels: tuple[tuple[int, int], ...] = ((0, 2),)) -> bytes:
    """A head whose colours are told by the fields of ColourEncoding."""
    return head(*SIZE, (0, 1), (0, 1), *DEPTH, (1, 1), *channels, (0, 1), *colours)


def enum(value: int) -> tuple[tuple[int, int], ...]:
    """Enum(): 0, 1, 2 to 17, or 18 on."""
    return ((value, 2),) if value < 2 else ((2, 2), (value - 2, 4)) if value < 18 else ((3, 2),)


def told(white: int, primaries: int, transfer: int) -> tuple[tuple[int, int], ...]:
    start = ((0, 1), (0, 1), *RGB)  # neither all as usual, nor a profile
    return (*start, *enum(white), *enum(primaries), PLAIN_GAMMA, *enum(transfer))


@pytest.mark.parametrize(
    ("data", "points"),
    [
        (head(*SIZE, (1, 1)), CodingPoints(1, 13)),
        (coded((1, 1)), CodingPoints(1, 13)),
        (coded(*told(1, 1, 13)), CodingPoints(1, 13)),
        (coded(*told(1, 11, 13)), CodingPoints(12, 13)),
        (coded(*told(11, 11, 17)), CodingPoints(11, 17)),
        (coded(*told(1, 9, 16)), CodingPoints(9, 16)),
        (coded(*told(1, 9, 18)), CodingPoints(9, 18)),
        (coded(*told(10, 1, 13)), None),
        (coded((1, 1), channels=((1, 2), (1, 1))), CodingPoints(1, 13)),
        (coded((1, 1), channels=((3, 2), (4095, 12))), None),
    ],
)
def test_the_header_tells_how_colours_are_coded(data: bytes, points: CodingPoints | None) -> None:
    header = jxl_header(data)
    assert header is not None
    assert (header.width, header.height) == (56, 40)
    assert header.colours == points


def test_a_profile_in_the_codestream_is_told_of() -> None:
    header = jxl_header(coded((0, 1), (1, 1), *RGB))
    assert header is not None
    assert (header.colours, header.has_profile) == (None, True)


def test_a_header_that_is_cut_off_tells_no_colours() -> None:
    whole = coded(*told(1, 11, 13))[:-8]
    for length in range(3, len(whole)):
        header = jxl_header(whole[:length])
        assert header is not None
    assert jxl_header(whole[:-1]).colours is None  # type: ignore[union-attr]


def test_samples_of_16_bits_are_shown_by_the_curve_that_the_file_tells() -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    light = photo().astype(np.uint16) * 257  # imagecodecs calls such samples linear light
    picture = read_picture(imagecodecs.jpegxl_encode(light, lossless=True))
    right = np.rint(255 * from_light(light / 65_535))
    assert np.abs(picture.pixels.astype(int) - right).max() <= 1
    assert "colours converted to the curve of sRGB" in picture.notes


def test_the_profile_of_a_jpeg_within_jpeg_xl_is_kept() -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    profile = rgb_profile(DISPLAY_P3, SRGB_CURVE, "Display P3")
    stream = io.BytesIO()
    Image.fromarray(photo()).save(stream, "JPEG", quality=95, icc_profile=profile)
    picture = read_picture(imagecodecs.jpegxl_encode_jpeg(stream.getvalue()))
    assert picture.icc == profile
    assert picture.notes == ()
