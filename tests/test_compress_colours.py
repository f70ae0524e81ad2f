"""`foveate.compress`: colour profiles, and the resolution of colours."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import foveate
from colour_profiles import wide_gamut
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.pictures import read_picture
from foveate.pictures.colours.srgb import in_srgb
from photos import photo

PICTURE = photo(200, 264)


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.float64)


def test_a_colour_profile_is_kept_and_the_pixels_stay_in_it() -> None:
    profile = wide_gamut()
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "PNG", icc_profile=profile)
    result = foveate.compress(file.getvalue(), quality=90, map="none")
    with Image.open(io.BytesIO(result.data)) as image:
        assert image.info["icc_profile"] == profile
        kept = np.asarray(image)
    plainly = decoded(foveate.compress(PICTURE, quality=90, map="none").data)
    np.testing.assert_array_equal(kept, plainly)


@pytest.mark.parametrize(("quality", "subsampling"), [(94, "420"), (95, "444")])
def test_from_quality_95_on_colours_keep_their_resolution(quality, subsampling):
    report = foveate.compress(PICTURE, quality=quality, map="none").report
    assert report.coder["subsampling"] == subsampling


def test_stripped_of_its_profile_a_picture_is_brought_to_srgb() -> None:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "PNG", icc_profile=wide_gamut())
    result = foveate.compress(file.getvalue(), quality=90, map="none", metadata="none")
    with Image.open(io.BytesIO(result.data)) as image:
        assert "icc_profile" not in image.info
    expected = in_srgb(read_picture(file.getvalue())).pixels
    assert np.abs(decoded(result.data) - expected).mean() < 7
    assert np.abs(decoded(result.data) - PICTURE).mean() > 15


def test_plain_jpegs_bytes_are_those_of_its_default_whatever_the_resolution_of_colours() -> None:
    report = foveate.compress(PICTURE, match_quality=50, subsampling="444", map="none").report
    assert report.target_bytes == len(plain_jpeg(PICTURE, 50))
