"""A JPEG that came in is made smaller from what it stores, not from what it shows."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import foveate
from colour_profiles import wide_gamut
from foveate import native
from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.jpeg.headers import stored_subsampling
from foveate.coders.jpeg.stored.coefficients import source_coefficients
from foveate.pictures import read_picture
from foveate.pictures.srgb import in_srgb
from jpeg_files import coefficients, tables
from photos import photo


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(160, 200)).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_coefficients_are_the_levels_times_their_steps(mode, subsampling):
    source = jpeg(mode, quality=80, subsampling=subsampling, progressive=True)
    found = source_coefficients(read_picture(source), threads=1)
    assert found is not None
    assert found.chroma_420 == (mode == "RGB" and subsampling == "4:2:0")
    steps = tables(source)
    for i, (own, levels) in enumerate(zip(found.coefficients, coefficients(source), strict=True)):
        rows, cols = levels.shape[:2]
        expected = levels.astype(int) * steps[min(i, 1)] * native.COEFFICIENT_UNITS
        np.testing.assert_array_equal(own[:rows, :cols], expected)


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 3
    return jpeg(exif=exif)


@pytest.mark.parametrize(
    "source",
    [turned(), jpeg("CMYK"), jpeg(subsampling="4:2:2"), jpeg()[:-200], photo(16, 16)],
    ids=["turned", "cmyk", "4:2:2", "truncated", "array"],
)
def test_there_are_none_where_the_picture_is_not_what_the_file_stores(source):
    if isinstance(source, bytes) and len(source) == len(jpeg()) - 200:
        picture = read_picture(jpeg())
        picture = type(picture)(picture.pixels, "x", encoded=source, format="JPEG")
    else:
        picture = read_picture(source)
    assert source_coefficients(picture, threads=1) is None


def test_there_are_none_where_colours_were_brought_to_another_space():
    picture = read_picture(jpeg(icc_profile=wide_gamut()))
    assert source_coefficients(picture, threads=1) is not None
    assert source_coefficients(in_srgb(picture), threads=1) is None


def psnr(pixels: np.ndarray, data: bytes) -> float:
    return float(10 * np.log10(255**2 / decoded_mse(pixels, data).mean()))


@pytest.mark.parametrize("tune", ["vision", "fidelity"])
def test_in_nine_tenths_of_the_bytes_it_is_far_nearer_to_the_source_than_when_coded_anew(tune):
    source = jpeg(quality=85)
    shown = read_picture(source).pixels
    choices = {"size_bytes": int(0.9 * len(source)), "tune": tune, "map": "none"}
    stored, anew = (foveate.compress(x, **choices).data for x in (source, shown))
    assert len(stored) <= choices["size_bytes"]
    assert psnr(shown, stored) > psnr(shown, anew) + 2


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
