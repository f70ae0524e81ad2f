"""Metrics averaged by a map: what a weight means to pixels, blocks and windows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from quality_pictures import picture, spoiled

from foveate.metrics import quality

POOLING = [getattr(quality, metric.name) for metric in quality.METRICS if metric.pools]
FAR_SIGHTED = (quality.ssimulacra2, quality.butteraugli)
"""Metrics whose errors reach far beyond the pixels that were changed."""


@pytest.mark.parametrize("metric", POOLING)
@pytest.mark.parametrize("size", [(1, 1), (1, 30), (10, 12), (40, 70), (150, 33)])
def test_an_even_map_and_an_all_zero_map_change_nothing(metric, size) -> None:
    original = picture(*size)
    copy = spoiled(original)
    plain = metric(original, copy, data_range=255)
    near = {"abs": 0.03} if metric is quality.ssimulacra2 else {"rel": 1e-6}
    for level in (0, 1, 0.3):
        weights = np.full(size, level, np.float32)
        pooled = metric(original, copy, data_range=255, weights=weights)
        assert pooled == pytest.approx(plain, **near)


@pytest.mark.parametrize("metric", POOLING)
def test_only_the_weights_ratios_matter(metric) -> None:
    original = picture(40, 48)
    copy = spoiled(original)
    weights = np.random.default_rng(3).random((40, 48))
    assert metric(original, copy, data_range=255, weights=weights) == pytest.approx(
        metric(original, copy, data_range=255, weights=7 * weights)
    )


@pytest.mark.parametrize("metric", [each for each in POOLING if each not in FAR_SIGHTED])
def test_weights_where_nothing_changed_find_nothing_changed(metric) -> None:
    original = picture(64, 64)
    copy = original.copy()
    copy[:, :32] = spoiled(original[:, :32])
    weights = np.zeros((64, 64), np.float32)
    weights[:, 40:] = 1
    best = 1.0 if metric is quality.ssim else math.inf
    assert metric(original, copy, data_range=255, weights=weights) == pytest.approx(best)


@pytest.mark.parametrize("metric", FAR_SIGHTED)
def test_weights_far_from_what_changed_find_nothing_changed(metric) -> None:
    original = picture(64, 640)
    copy = original.copy()
    copy[:, :32] = spoiled(original[:, :32])
    near, far = np.zeros((2, 64, 640), np.float32)
    near[:, :32] = 1
    far[:, 512:] = 1
    best = metric(original, original, data_range=255)
    assert metric(original, copy, data_range=255, weights=far) == pytest.approx(best, abs=0.03)
    there = metric(original, copy, data_range=255, weights=near)
    whole = metric(original, copy, data_range=255)
    assert abs(there - best) > 1.5 * abs(whole - best)


@pytest.mark.parametrize("metric", [quality.psnr_y, quality.psnr_rgb, quality.psnr_cb])
def test_psnr_weighs_squared_errors_by_pixel(metric) -> None:
    original = picture(130, 20)
    copy = spoiled(original)
    weights = np.random.default_rng(3).random((130, 20))
    plane = {
        quality.psnr_y: quality.luma,
        quality.psnr_rgb: lambda colours: colours.astype(float),
        quality.psnr_cb: quality.cb,
    }[metric]
    squares = (plane(original) - plane(copy)) ** 2
    if squares.ndim == 3:
        squares = squares.mean(axis=2)
    expected = 10 * np.log10(255**2 / np.average(squares, weights=weights))
    assert metric(original, copy, data_range=255, weights=weights) == pytest.approx(expected)


def test_a_mask_picks_pixels() -> None:
    original = picture(40, 50)
    copy = spoiled(original)
    mask = np.zeros((40, 50), bool)
    mask[:9] = True
    assert quality.psnr_y(original, copy, data_range=255, weights=mask) == pytest.approx(
        quality.psnr_y(original[:9], copy[:9], data_range=255)
    )
    saliency = np.random.default_rng(0).random((40, 50))
    assert quality.psnr_s(original, copy, saliency, data_range=255) == quality.psnr_y(
        original, copy, data_range=255, weights=quality.salient_pixels(saliency)
    )


@pytest.mark.parametrize("metric", [quality.psnr_hvs, quality.psnr_hvs_m])
def test_blocks_count_by_their_mean_weight(metric) -> None:
    original = picture(40, 56)
    copy = spoiled(original)
    weights = np.zeros((40, 56))
    weights[8:16, 16:24] = 1.0
    weights[3, 4] = 64 / 3
    errors, counts = [], []
    for top, left, count in ((8, 16, 1.0), (0, 0, 1 / 3)):
        block = np.s_[top : top + 8, left : left + 8]
        level = metric(original[block], copy[block], data_range=255)
        errors.append(count * 10 ** (-level / 10))
        counts.append(count)
    expected = -10 * math.log10(sum(errors) / sum(counts))
    assert metric(original, copy, data_range=255, weights=weights) == pytest.approx(expected)


def test_errors_of_ssimulacra2_count_by_their_blocks_mean_weight() -> None:
    original = picture(44, 52)
    copy = spoiled(original)
    weights = np.random.default_rng(3).random((44, 52))
    means = np.empty_like(weights)
    for top in range(0, 44, 8):
        for left in range(0, 52, 8):
            block = np.s_[top : top + 8, left : left + 8]
            means[block] = weights[block].mean()
    by_pixel, by_block = (
        quality.ssimulacra2(original, copy, data_range=255, weights=each)
        for each in (weights, means)
    )
    assert by_pixel == pytest.approx(by_block, abs=1e-5)


def test_differences_of_butteraugli_count_by_pixel() -> None:
    original = picture(40, 50)
    copy = spoiled(original)
    weights = np.random.default_rng(3).random((40, 50))
    seen = quality.error_map("butteraugli", original, copy, data_range=255).astype(float)
    norms = [np.average(seen**p, weights=weights) ** (1 / p) for p in (3, 6, 12)]
    pooled = quality.butteraugli(original, copy, data_range=255, weights=weights)
    assert pooled == pytest.approx(np.mean(norms), rel=1e-9)


def test_windows_of_ssim_count_by_the_weight_at_their_centre() -> None:
    original = picture(50, 60)
    copy = spoiled(original)
    weights = np.zeros((50, 60))
    weights[20, 30] = 1.0
    window = np.s_[15:26, 25:36]
    assert quality.ssim(original, copy, data_range=255, weights=weights) == pytest.approx(
        quality.ssim(original[window], copy[window], data_range=255)
    )


def test_weights_that_reach_no_block_or_window_change_nothing() -> None:
    original = picture(20, 20)
    copy = spoiled(original)
    weights = np.zeros((20, 20))
    weights[19, 19] = 1.0
    for metric in (quality.psnr_hvs, quality.psnr_hvs_m, quality.ssim):
        plain = metric(original, copy, data_range=255)
        assert metric(original, copy, data_range=255, weights=weights) == pytest.approx(plain)


@pytest.mark.parametrize("metric", POOLING)
def test_weights_must_fit_be_finite_and_not_negative(metric) -> None:
    original = picture(16, 16)
    for weights, complaint in (
        (np.ones((16, 15)), "the weights are"),
        (np.full((16, 16), -1.0), "not be negative"),
        (np.full((16, 16), np.nan), "finite"),
    ):
        with pytest.raises(ValueError, match=complaint):
            metric(original, original, data_range=255, weights=weights)
