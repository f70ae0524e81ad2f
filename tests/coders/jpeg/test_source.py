"""A JPEG that came in never grows, and is given back only where it is what was asked for."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import foveate
from colour_profiles import wide_gamut
from foveate.coders.jpeg.source import is_baseline
from foveate.pictures import read_picture
from foveate.pictures.srgb import in_srgb
from photos import photo

BASELINE, PROGRESSIVE = 0xC0, 0xC2


def jpeg(*, orientation: int = 1, icc: bytes | None = None, **options: object) -> bytes:
    """A small JPEG of low quality with much metadata."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    Image.fromarray(photo(240, 320)).save(
        file,
        "JPEG",
        exif=exif,
        icc_profile=icc,
        comment=b"hello",
        xmp=b"<x:xmp/>",
        quality=12,
        **options,
    )
    return file.getvalue()


def frame_marker(data: bytes) -> int:
    """The marker of the frame header (T.81 B.2.2), found by walking the segments."""
    at = 2
    while not (0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC)):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[at + 1]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("icc", [None, wide_gamut()], ids=["srgb", "wide"])
def test_a_stripped_jpeg_never_grows_and_looks_the_same(orientation, icc):
    source = jpeg(orientation=orientation, icc=icc)
    result = foveate.compress(source, quality=95, metadata="none")
    assert len(result.data) <= len(source)
    assert result.report.copied_source
    before, after = in_srgb(read_picture(source)), in_srgb(read_picture(result.data))
    np.testing.assert_array_equal(before.pixels, after.pixels)
    with Image.open(io.BytesIO(result.data)) as image:
        assert dict(image.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
        assert image.info.get("icc_profile") == icc
        assert not {"comment", "xmp"} & set(image.info)
    told = [name in "".join(result.report.notes) for name in ("orientation", "colour profile")]
    assert told == [orientation != 1, icc is not None]


def test_a_profile_that_is_none_goes_too():
    source = jpeg(icc=b"private words" * 20)
    result = foveate.compress(source, quality=95, metadata="none")
    assert result.report.copied_source
    assert b"private words" not in result.data


@pytest.mark.parametrize("orientation", [0, 9])
def test_an_orientation_that_means_nothing_is_not_kept(orientation):
    result = foveate.compress(jpeg(orientation=orientation), quality=95, metadata="none")
    with Image.open(io.BytesIO(result.data)) as image:
        assert dict(image.getexif()) == {}
    assert "orientation" not in "".join(result.report.notes)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_stripped_jpeg_that_can_be_made_smaller_is_upright_and_in_srgb(orientation):
    source = jpeg(orientation=orientation, icc=wide_gamut())
    result = foveate.compress(source, quality=5, metadata="none")
    assert not result.report.copied_source
    with Image.open(io.BytesIO(result.data)) as image:
        assert image.size == ((320, 240) if orientation == 1 else (240, 320))
        assert not image.getexif()
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("metadata", ["all", "none"])
@pytest.mark.parametrize("quality", [10, 80])
def test_a_baseline_file_is_baseline_whatever_came_in(metadata, quality):
    source = jpeg(progressive=True)
    assert frame_marker(source) == PROGRESSIVE
    result = foveate.compress(source, quality=quality, progressive=False, metadata=metadata)
    assert frame_marker(result.data) == BASELINE
    assert len(result.data) <= len(source)
    assert not result.report.copied_source
    assert not result.report.coder["progressive"]


def test_a_baseline_file_made_to_fit_its_source_says_so():
    report = foveate.compress(jpeg(progressive=True), quality=90, progressive=False).report
    assert "a baseline file as asked would be larger" in report.notes[-1]
    assert report.bytes >= 0.97 * report.source_bytes


def test_a_baseline_file_that_cannot_be_that_small_says_so():
    file = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(file, "JPEG", quality=1, progressive=True, optimize=True)
    source = file.getvalue()
    result = foveate.compress(source, progressive=False, map="none")
    assert frame_marker(result.data) == BASELINE
    grew = len(result.data) > len(source)
    assert grew == any("cannot be as small" in note for note in result.report.notes)


def test_a_baseline_source_is_copied_as_it_is():
    source = jpeg()
    assert foveate.compress(source, quality=95, progressive=False).data == source


def test_baseline_is_told_by_the_frame_header():
    assert is_baseline(jpeg())
    assert not is_baseline(jpeg(progressive=True))
    assert not is_baseline(jpeg().replace(b"\xff\xc0\x00\x11", b"\xff\xc1\x00\x11"))
    assert not is_baseline(b"")
