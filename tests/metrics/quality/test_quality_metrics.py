"""The metrics agree with the tools that others trust, and never give NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from psnr_hvsm.numpy import psnr_hvs_hvsm
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from foveate.metrics import quality

METRICS = [
    quality.psnr_y,
    quality.psnr_cb,
    quality.psnr_cr,
    quality.psnr_rgb,
    quality.ssim,
    quality.psnr_hvs,
    quality.psnr_hvs_m,
]


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Smooth colours with some noise, as photographs have."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 80 * np.sin(x / (7 + c) + c) * np.cos(y / (11 - c)) for c in range(3)]
    noisy = np.stack(waves, axis=2) + generator.normal(0, 6, (height, width, 3))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def spoiled(original: np.ndarray, sigma: float = 9, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, original.shape)
    return np.clip(np.rint(original + noise), 0, 255).astype(np.uint8)


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
    assert quality.psnr_s(original, copy, saliency, data_range=255) == expected
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


@pytest.mark.parametrize("size", [(11, 11), (64, 64), (200, 97), (75, 11)])
def test_ssim_is_scikit_images_with_the_papers_window(size: tuple[int, int]) -> None:
    original = picture(*size)
    copy = spoiled(original)
    expected = structural_similarity(
        quality.luma(original),
        quality.luma(copy),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    assert quality.ssim(original, copy, data_range=255) == pytest.approx(expected, abs=1e-9)


def test_ssim_of_a_single_pixel_compares_the_two_levels() -> None:
    dark, light = np.full((1, 1), 100, np.uint8), np.full((1, 1), 120, np.uint8)
    constant = (0.01 * 255) ** 2
    expected = (2 * 100 * 120 + constant) / (100**2 + 120**2 + constant)
    assert quality.ssim(dark, light, data_range=255) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("size", [(8, 8), (128, 136), (400, 16)])
@pytest.mark.parametrize("sigma", [2, 9, 40])
def test_psnr_hvs_and_hvs_m_are_the_published_implementations(
    size: tuple[int, int], sigma: float
) -> None:
    original = picture(*size)
    copy = spoiled(original, sigma)
    hvs, hvs_m = psnr_hvs_hvsm(quality.luma(original) / 255, quality.luma(copy) / 255)
    # The published tables are rounded to six digits: a ten-thousandth of a dB.
    assert quality.psnr_hvs(original, copy, data_range=255) == pytest.approx(float(hvs), abs=1e-3)
    assert quality.psnr_hvs_m(original, copy, data_range=255) == pytest.approx(
        float(hvs_m), abs=1e-3
    )


def test_psnr_hvs_leaves_out_partial_blocks() -> None:
    original = picture(37, 30)
    copy = spoiled(original)
    whole = original[:32, :24], copy[:32, :24]
    for metric in (quality.psnr_hvs, quality.psnr_hvs_m):
        assert metric(original, copy, data_range=255) == metric(*whole, data_range=255)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [(1, 1), (1, 30), (7, 9), (8, 8), (10, 12), (33, 70)])
def test_every_metric_takes_any_size(metric, size: tuple[int, int]) -> None:
    original = picture(*size)
    assert math.isfinite(metric(original, 255 - original, data_range=255))


@pytest.mark.parametrize("metric", METRICS)
def test_identical_pictures_are_as_good_as_can_be(metric) -> None:
    original = picture(20, 20)
    best = 1.0 if metric is quality.ssim else math.inf
    assert metric(original, original, data_range=255) == pytest.approx(best)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("levels", [(0, 0), (255, 255), (0, 255), (10, 11)])
def test_flat_pictures_give_no_nan(metric, levels: tuple[int, int]) -> None:
    flat = [np.full((24, 24), level, np.uint8) for level in levels]
    assert not math.isnan(metric(*flat, data_range=255))


@pytest.mark.parametrize("metric", METRICS)
def test_only_samples_relative_to_the_data_range_matter(metric) -> None:
    original = picture(32, 32)
    copy = spoiled(original)
    expected = metric(original, copy, data_range=255)
    assert metric(original / 255, copy / 255, data_range=1) == pytest.approx(expected, rel=1e-6)


@given(
    arrays.arrays(np.uint8, (13, 15)),
    arrays.arrays(np.uint8, (13, 15)),
    st.sampled_from(METRICS),
)
def test_metrics_are_symmetric(first: np.ndarray, second: np.ndarray, metric) -> None:
    there = metric(first, second, data_range=255)
    assert metric(second, first, data_range=255) == pytest.approx(there)


def test_pictures_of_two_sizes_are_refused() -> None:
    for metric in METRICS:
        with pytest.raises(ValueError, match="sizes differ"):
            metric(picture(8, 9), picture(9, 8), data_range=255)
