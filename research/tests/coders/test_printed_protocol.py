"""The paper's metrics as its authors' scripts took them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from coded_scenes import a_scene
from foveate.coders.plain.pillow_jpeg import pillow_jpeg, plain_jpeg
from foveate.metrics.quality import luma, ms_ssim, psnr_y, ssim
from foveate_research.coders.printed_protocol import (
    coded_luma,
    limited,
    printed_numbers,
    scaled,
    swapped,
    vqmt_ms_ssim,
)


def test_limited_luma_spans_16_to_235():
    assert limited(np.array([[0.0, 127.5, 255.0]])).tolist() == [[16, 126, 235]]


def test_planes_are_scaled_and_not_cropped_to_the_multiples_of_16_below():
    plane = np.tile(np.linspace(0, 255, 100), (50, 1)).astype(np.uint8)
    small = scaled(plane)
    assert small.shape == (48, 96)
    assert (small[0, 0], small[0, -1]) == pytest.approx((0, 255), abs=4)


def test_swapped_planes_are_read_with_rows_of_the_columns_length():
    plane = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert swapped(plane).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_jpegs_luma_is_taken_as_it_is_stored():
    grey = Image.linear_gradient("L").resize((64, 48))
    data = pillow_jpeg(grey.convert("RGB"), quality=90)
    np.testing.assert_allclose(coded_luma(data), np.asarray(grey, np.float64), atol=4)
    assert (coded_luma(data) % 1 == 0).all()


def test_psnr_is_about_1_3_db_too_high_and_the_rest_is_of_scrambled_rows():
    scene = a_scene(192, 256)
    data = plain_jpeg(scene.pixels, 50)
    found = printed_numbers(scene, data)
    whole = luma(scene.pixels)
    right = psnr_y(whole, coded_luma(data), data_range=255)
    range_gain = 20 * math.log10(255 / 219)
    assert found["psnr_y"] == pytest.approx(right + range_gain, abs=0.1)
    x, y = limited(whole), limited(coded_luma(data))
    assert found["ssim"] == ssim(swapped(x), swapped(y), data_range=255)
    assert found["ssim"] != pytest.approx(ssim(x, y, data_range=255), abs=1e-3)


def test_vqmts_ms_ssim_is_lower_by_its_coarsest_exponent():
    scene = a_scene(192, 256)
    x, y = limited(luma(scene.pixels)), limited(coded_luma(plain_jpeg(scene.pixels, 20)))
    published, theirs = ms_ssim(x, y, data_range=255), vqmt_ms_ssim(x, y)
    assert published - 0.01 < theirs < published
    assert vqmt_ms_ssim(x, x) == 1


def test_the_seven_metrics_stand_in_the_papers_order():
    scene = a_scene()
    found = printed_numbers(scene, plain_jpeg(scene.pixels, 50))
    assert list(found) == ["psnr_s", "psnr_y", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp"]
    assert all(math.isfinite(value) for value in found.values())
