"""PSNR of each plane is scikit-image's; PSNR-S looks where the map is high."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image
from quality_pictures import picture, spoiled
from skimage.metrics import peak_signal_noise_ratio

from foveate.metrics import quality


def test_planes_are_those_of_full_range_bt601() -> None:
    colours = picture(16, 24)
    planes = np.asarray(Image.fromarray(colours).convert("YCbCr")).astype(float)
    assert quality.luma(colours) == pytest.approx(planes[..., 0], abs=1.0)
    assert quality.cb(colours) + 128 == pytest.approx(planes[..., 1], abs=1.0)
    assert quality.cr(colours) + 128 == pytest.approx(planes[..., 2], abs=1.0)


def test_grey_pictures_are_their_own_luma_and_have_no_chroma() -> None:
    grey = picture(8, 8)[..., 0]
    assert np.array_equal(quality.luma(grey), grey)
    assert not quality.cb(grey).any()
    assert not quality.cr(grey).any()


@pytest.mark.parametrize(
    ("metric", "plane"),
    [
        (quality.psnr_y, quality.luma),
        (quality.psnr_cb, quality.cb),
        (quality.psnr_cr, quality.cr),
        (quality.psnr_rgb, lambda colours: colours),
    ],
)
def test_psnr_is_scikit_images_on_each_plane(metric, plane) -> None:
    original = picture(600, 33)
    copy = spoiled(original)
    expected = peak_signal_noise_ratio(plane(original), plane(copy), data_range=255)
    assert metric(original, copy, data_range=255) == pytest.approx(expected, abs=1e-9)


def test_psnr_s_is_psnr_over_the_maps_top_fifth() -> None:
    original = picture(40, 50)
    copy = original.copy()
    copy[:8] = spoiled(original[:8])
    saliency = np.zeros((40, 50), np.float32)
    saliency[:8] = 1.0
    expected = quality.psnr_y(original[:8], copy[:8], data_range=255)
    assert quality.psnr_s(original, copy, saliency, data_range=255) == pytest.approx(expected)
    assert quality.psnr_s(original, copy, 1 - saliency, data_range=255) == math.inf


def test_psnr_s_takes_pixels_at_the_80th_percentile_and_above_zero() -> None:
    saliency = np.arange(100, dtype=np.float32).reshape(10, 10)
    assert np.array_equal(quality.salient_pixels(saliency), saliency >= 79.2)
    mostly_zero = np.zeros((10, 10), np.float32)
    mostly_zero[0, :3] = 0.5
    assert quality.salient_pixels(mostly_zero).sum() == 3


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_flat_map_singles_out_nothing(level: float) -> None:
    assert quality.salient_pixels(np.full((4, 5), level, np.float32)).all()


def test_a_map_of_another_size_is_refused() -> None:
    original = picture(8, 8)
    with pytest.raises(ValueError, match="the map is"):
        quality.psnr_s(original, original, np.ones((8, 9)), data_range=255)
