"""A JPEG that came in never grows, and is given back only where it is what was asked for."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import foveate
from colour_profiles import SRGB, wide_gamut
from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.headers import is_baseline, stored_subsampling
from foveate.coders.jpeg.source import no_larger_than_source
from foveate.coders.jpeg.stored.rewriting import rewritten
from foveate.errors import PictureError
from foveate.pictures import read_picture
from foveate.pictures.colours.srgb import in_srgb
from foveate.settings import Settings
from jpeg_files import coefficients
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
    source = jpeg(progressive=True, subsampling="4:2:2")
    report = foveate.compress(source, quality=90, progressive=False).report
    assert "a baseline file as asked would be larger" in report.notes[-1]
    assert report.bytes <= report.source_bytes


def test_a_baseline_file_that_cannot_be_that_small_says_so():
    file = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(file, "JPEG", quality=1, progressive=True, optimize=True)
    source = file.getvalue()
    result = foveate.compress(source, progressive=False, map="none", effort="fast")
    assert frame_marker(result.data) == BASELINE
    grew = len(result.data) > len(source)
    assert grew == any("cannot be as small" in note for note in result.report.notes)


def test_a_baseline_source_stays_baseline_and_its_picture_as_it_is():
    source = jpeg()
    made = foveate.compress(source, quality=95, progressive=False)
    assert made.data == rewritten(source, progressive=False)
    assert made.report.copied_source
    assert is_baseline(made.data)
    assert len(made.data) < len(source)


def test_baseline_is_told_by_the_frame_header():
    assert is_baseline(jpeg())
    assert not is_baseline(jpeg(progressive=True))
    assert not is_baseline(jpeg().replace(b"\xff\xc0\x00\x11", b"\xff\xc1\x00\x11"))
    assert not is_baseline(b"")


def test_fill_bytes_and_other_tables_before_the_frame_are_passed_over():
    source = jpeg()
    frame = source.index(b"\xff\xc0\x00\x11")
    tables = b"\xff\xc4\x00\x02" + b"\xff\xcc\x00\x02" + b"\xff\xff\xff\xfe\x00\x02"
    assert is_baseline(source[:frame] + tables + source[frame:])
    progressive = jpeg(progressive=True)
    frame = progressive.index(b"\xff\xc2\x00\x11")
    assert not is_baseline(progressive[:frame] + tables + progressive[frame:])


def test_sampling_without_a_name_is_told_as_such():
    source = bytearray(jpeg(subsampling="4:2:0"))
    assert stored_subsampling(bytes(source)) == "420"
    frame = source.index(b"\xff\xc0\x00\x11")
    source[frame + 14] = 0x12  # Cb has a sample for each two columns only
    assert stored_subsampling(bytes(source)) == "other"


def test_of_an_srgb_profile_nothing_stays():
    result = foveate.compress(jpeg(icc=SRGB), quality=95, metadata="none")
    assert result.report.copied_source
    assert result.report.notes == ()
    with Image.open(io.BytesIO(result.data)) as image:
        assert "icc_profile" not in image.info


def test_broken_exif_is_stripped_like_any_other():
    source = metadata.spliced(jpeg(), metadata.segments(exif=b"no TIFF at all")[0])
    source = source.replace(b"Maker", b"\xff" * 5)
    result = foveate.compress(source, quality=95, metadata="none")
    assert result.report.copied_source
    assert b"no TIFF" not in result.data


def test_a_source_of_which_a_second_generation_would_save_too_little_is_given_back():
    source = rewritten(jpeg())
    picture, settings = read_picture(source), Settings(quality=95).checked()
    for share, copied in ((0.97, False), (0.99, True), (1, True), (1.1, True)):
        made = Encoded(bytes(round(len(source) * share)), target_bytes=7)
        found = no_larger_than_source(made, picture, settings, pytest.fail)
        assert found.copied_source == copied
        assert found.target_bytes == 7


def test_a_copied_source_has_no_comparison_and_no_notes_of_what_was_not_done():
    turned = jpeg(orientation=6)
    report = foveate.compress(turned, quality=95, compare=True).report
    assert report.copied_source
    assert report.comparison is None
    two, file = [Image.fromarray(photo(side, side)) for side in (240, 8)], io.BytesIO()
    two[0].save(file, "MPO", save_all=True, append_images=two[1:], quality=3)
    told = foveate.compress(file.getvalue(), size_bytes=10**6, map="none").report
    assert read_picture(file.getvalue()).carried.left_out != ()
    assert (told.copied_source, told.notes) == (True, ())


def test_a_copy_is_rewritten_where_that_makes_it_smaller():
    source = jpeg()
    made = foveate.compress(source, quality=95)
    assert made.data == rewritten(source)
    assert made.report.coder["lossless"]
    assert made.report.bytes < len(source)


def test_a_source_that_fits_the_bytes_asked_for_keeps_its_picture():
    file = io.BytesIO()
    Image.fromarray(photo(240, 320)).save(file, "JPEG", quality=60)
    source = rewritten(file.getvalue())
    made = foveate.compress(source, size_bytes=len(source) + 50)
    assert made.data == source
    assert not foveate.compress(source, size_bytes=len(source) - 50).report.copied_source


@pytest.mark.parametrize("tune", ["vision", "fidelity"])
@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("target", [{"quality": 85}, {"match_quality": 70}, {"size_bytes": 9000}])
def test_a_file_that_was_written_here_is_its_own_answer(target, tune, progressive):
    choices = {**target, "tune": tune, "progressive": progressive, "map": "spectral-residual"}
    first = foveate.compress(photo(200, 300), **choices)
    again = foveate.compress(first.data, **choices)
    assert again.data == first.data
    assert again.report.copied_source


def test_a_file_that_was_written_here_is_made_smaller_at_a_lower_quality():
    first = foveate.compress(photo(200, 300), quality=85, map="none", effort="fast")
    again = foveate.compress(first.data, quality=60, map="none", effort="fast")
    assert not again.report.copied_source
    assert len(again.data) < 0.8 * len(first.data)


@pytest.mark.parametrize("metadata", ["all", "none"])
def test_lossless_keeps_every_coefficient_and_what_was_asked_for(metadata):
    source = jpeg(orientation=6)
    made = foveate.compress(source, lossless=True, metadata=metadata)
    for own, expected in zip(coefficients(made.data), coefficients(source), strict=True):
        np.testing.assert_array_equal(own, expected)
    assert made.report.bytes < len(source)
    assert made.report.copied_source
    assert (b"hello" in made.data) == (metadata == "all")
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.getexif()[0x0112] == 6


def test_lossless_baseline_is_baseline():
    made = foveate.compress(jpeg(progressive=True), lossless=True, progressive=False)
    assert is_baseline(made.data)


def test_lossless_is_for_jpeg_files_alone_and_refuses_those_it_cannot_read():
    with pytest.raises(PictureError, match="is no JPEG file"):
        foveate.compress(photo(20, 20), lossless=True)
    broken = jpeg(progressive=True)
    broken = broken[: broken.rindex(b"\xff\xda")] + b"\xff\xd9"
    with pytest.raises(PictureError, match="last bit"):
        foveate.compress(broken, lossless=True)


def test_further_pictures_stay_where_they_are_found():
    two, file = [Image.fromarray(photo(240, 320, seed)) for seed in (0, 1)], io.BytesIO()
    two[0].save(file, "MPO", save_all=True, append_images=two[1:])
    made = foveate.compress(file.getvalue(), lossless=True)
    assert made.data == file.getvalue()
    assert "further pictures" in made.report.notes[0]
