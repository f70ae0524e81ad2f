"""A JPEG that came in is made smaller from what it stores, not from what it shows."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import jpeglib
import numpy as np
import pytest
from PIL import Image

import foveate
from colour_profiles import wide_gamut
from foveate import native
from foveate.coders.jpeg.headers import stored_subsampling
from foveate.coders.jpeg.looked_at import LookedAt
from foveate.coders.jpeg.stored.coefficients import SourceCoefficients, source_coefficients
from foveate.metrics.quality import psnr_y
from foveate.pictures import read_picture
from foveate.pictures.colours.srgb import in_srgb
from jpeg_files import coefficients, tables
from photos import photo


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(160, 200)).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


def found_in(source: bytes, *, chroma_420: bool) -> SourceCoefficients | None:
    return source_coefficients(read_picture(source), chroma_420=chroma_420, threads=1)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_coefficients_are_the_levels_times_their_steps(mode, subsampling):
    source = jpeg(mode, quality=80, subsampling=subsampling, progressive=True)
    found = found_in(source, chroma_420=subsampling == "4:2:0")
    assert found is not None
    assert found.own_chroma
    steps = tables(source)
    for i, (own, levels) in enumerate(zip(found.coefficients, coefficients(source), strict=True)):
        rows, cols = levels.shape[:2]
        expected = levels.astype(int) * steps[min(i, 1)] * native.COEFFICIENT_UNITS
        np.testing.assert_array_equal(own[:rows, :cols], expected)


@pytest.mark.parametrize("chroma_420", [True, False])
@pytest.mark.parametrize("sampling", [(2, 1), (1, 2), (4, 1), (2, 2), (1, 1)])
def test_luma_is_the_files_and_chroma_where_it_is_stored_as_asked(sampling, chroma_420):
    source = sampled(photo(72, 104), sampling)
    found = found_in(source, chroma_420=chroma_420)
    assert found is not None
    assert found.own_chroma == (sampling == ((2, 2) if chroma_420 else (1, 1)))
    luma, steps = coefficients(source)[0], tables(source)
    rows, cols = 9, 13
    expected = luma[:rows, :cols].astype(int) * steps[0] * native.COEFFICIENT_UNITS
    np.testing.assert_array_equal(found.coefficients[0][:rows, :cols], expected)
    if not found.own_chroma:
        anew = native.forward(read_picture(source).pixels, chroma_420)
        np.testing.assert_array_equal(found.coefficients[1], anew[1])
        np.testing.assert_array_equal(found.coefficients[2], anew[2])


def sampled(pixels: np.ndarray, sampling: tuple[int, int], orientation: int = 1) -> bytes:
    """A JPEG whose luma has these sampling factors, chroma 1x1; with an orientation in EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    names = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0"}
    file = io.BytesIO()
    if sampling in names:
        Image.fromarray(pixels).save(file, "JPEG", subsampling=names[sampling], exif=exif)
        return file.getvalue()
    # libjpeg writes any sampling factors, as jpeglib asks it to.
    im = jpeglib.from_spatial(pixels)
    im.samp_factor = [sampling, (1, 1), (1, 1)]
    with tempfile.NamedTemporaryFile(suffix=".jpg") as named:
        im.write_spatial(named.name, qt=75)
        return Path(named.name).read_bytes()


@pytest.mark.parametrize("sampling", [(1, 1), (2, 2), (2, 1)])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_coefficients_are_turned_as_the_picture_is(orientation, sampling):
    source = sampled(photo(48, 80), sampling, orientation)
    found = found_in(source, chroma_420=sampling == (2, 2))
    assert found is not None
    shown = read_picture(source).pixels
    anew = native.forward(shown, sampling == (2, 2))
    for kept, own, most in zip(found.coefficients, anew, (0.5, 1, 1), strict=True):
        # Decoders interpolate chroma, which the transform of pixels does not undo.
        assert np.abs(kept.astype(int) - own).mean() < most * native.COEFFICIENT_UNITS
    steps = tables(source)[0].reshape(-1)
    np.testing.assert_array_equal(
        found.coefficients[0] % (found.steps[0].astype(int) * native.COEFFICIENT_UNITS), 0
    )
    assert sorted(found.steps[0]) == sorted(steps)


@pytest.mark.parametrize(
    ("orientation", "there"), [(2, False), (3, False), (4, True), (5, True), (6, True), (8, False)]
)
def test_a_picture_is_turned_over_only_where_its_mcus_are_whole(orientation, there):
    source = sampled(photo(48, 75), (2, 2), orientation)  # 75 columns are no whole MCUs
    assert (found_in(source, chroma_420=True) is not None) == there


@pytest.mark.parametrize(
    "source",
    [jpeg("CMYK"), jpeg()[:-200], photo(16, 16)],
    ids=["cmyk", "truncated", "array"],
)
def test_there_are_none_where_the_picture_is_not_what_the_file_stores(source):
    if isinstance(source, bytes) and len(source) == len(jpeg()) - 200:
        picture = read_picture(jpeg())
        picture = type(picture)(picture.pixels, "x", encoded=source, format="JPEG")
    else:
        picture = read_picture(source)
    assert source_coefficients(picture, chroma_420=True, threads=1) is None


def test_there_are_none_where_colours_were_brought_to_another_space():
    picture = read_picture(jpeg(icc_profile=wide_gamut()))
    assert source_coefficients(picture, chroma_420=True, threads=1) is not None
    assert source_coefficients(in_srgb(picture), chroma_420=True, threads=1) is None


@pytest.mark.parametrize("tune", ["vision", "fidelity"])
def test_in_nine_tenths_of_the_bytes_it_is_far_nearer_to_the_source_than_when_coded_anew(tune):
    source = jpeg(quality=85)
    shown = read_picture(source).pixels
    choices = {"size_bytes": int(0.9 * len(source)), "tune": tune, "map": "none"}
    stored, anew = (foveate.compress(x, **choices).data for x in (source, shown))
    assert len(stored) <= choices["size_bytes"]
    looked_at = LookedAt(shown, None)
    kept, lost = looked_at.psnrs(stored), looked_at.psnrs(anew)
    assert kept[0] > lost[0] + 2
    assert kept[1] > lost[1] + 2


@pytest.mark.parametrize("sampling", [(2, 1), (1, 1)])
def test_luma_stays_near_to_the_source_where_chroma_is_stored_at_another_resolution(sampling):
    noise = np.random.default_rng(0).normal(0, 10, (160, 208, 1))
    source = sampled(np.clip(photo(160, 208) + noise, 0, 255).astype(np.uint8), sampling)
    shown = read_picture(source).pixels
    size_bytes = int(0.97 * len(foveate.compress(source, lossless=True).data))
    choices = {"size_bytes": size_bytes, "tune": "fidelity", "map": "none", "metadata": "none"}
    stored, anew = (foveate.compress(x, **choices) for x in (source, shown))
    assert not stored.report.copied_source
    assert stored.report.coder["subsampling"] == "420"
    looked_at = LookedAt(shown, None)
    kept, lost = looked_at.psnrs(stored.data), looked_at.psnrs(anew.data)
    assert kept[0] > lost[0] + 2
    assert kept[1] > lost[1] + 2


@pytest.mark.parametrize("share", [0.65, 0.75, 0.85])
@pytest.mark.parametrize("quality", [70, 95])
def test_no_file_is_farther_from_the_source_where_people_look_than_one_made_anew(quality, share):
    source = jpeg(quality=quality)
    shown = read_picture(source).pixels
    marked = np.zeros(shown.shape[:2], np.float32)
    marked[40:100, 60:140] = 1.0
    choices = {"size_bytes": int(share * len(source)), "tune": "fidelity", "map": marked}
    stored, anew = (foveate.compress(x, **choices).data for x in (source, shown))
    there = shown[40:96, 64:136]
    kept, lost = (
        psnr_y(there, read_picture(x).pixels[40:96, 64:136], data_range=255) for x in (stored, anew)
    )
    assert kept >= lost - 0.05  # what counts as looked at has a soft edge


def test_its_own_steps_stay_where_many_bytes_are_left_and_go_where_few_are():
    source = jpeg(quality=85, optimize=True)
    kept, changed = (
        tables(foveate.compress(source, size_bytes=int(share * len(source)), tune="fidelity").data)
        for share in (0.9, 0.3)
    )
    np.testing.assert_array_equal(kept[0], tables(source)[0])
    assert (changed[0] != tables(source)[0]).any()


def test_chroma_that_was_halved_is_not_stored_whole():
    made = foveate.compress(jpeg(quality=98), quality=95, tune="fidelity", map="none")
    assert stored_subsampling(made.data) == "420"
    assert stored_subsampling(foveate.compress(photo(80, 80), quality=95).data) == "444"


def test_more_rounds_at_one_quality_lose_no_more_than_one():
    made = [jpeg(quality=90)]
    for _ in range(3):
        made.append(foveate.compress(made[-1], quality=75, map="none", effort="fast").data)
    assert len(made[1]) < len(made[0])
    assert made[1] == made[2] == made[3]
