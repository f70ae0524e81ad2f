"""Error maps: their means are the metrics, and they are zero where nothing changed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from quality_pictures import picture, spoiled

from foveate.metrics import quality

MAPS = [metric.name for metric in quality.METRICS if metric.maps]


def decibels(mean_squared_error: float) -> float:
    return 10 * math.log10(255**2 / mean_squared_error)


@pytest.mark.parametrize("name", ["psnr_y", "psnr_rgb", "psnr_hvs", "psnr_hvs_m"])
def test_the_mean_of_a_psnrs_map_is_the_psnr(name: str) -> None:
    original = picture(80, 600)
    copy = spoiled(original)
    errors = quality.error_map(name, original, copy, data_range=255)
    expected = getattr(quality, name)(original, copy, data_range=255)
    assert decibels(float(errors.mean(dtype=np.float64))) == pytest.approx(expected, abs=1e-5)


def test_the_mean_of_ssims_map_over_whole_windows_is_what_ssim_lacks() -> None:
    original = picture(80, 1200)
    copy = spoiled(original)
    errors = quality.error_map("ssim", original, copy, data_range=255)
    expected = 1 - quality.ssim(original, copy, data_range=255)
    assert errors[5:-5, 5:-5].mean(dtype=np.float64) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("size", [(1, 1), (1, 30), (7, 9), (12, 8), (37, 70)])
def test_maps_are_float32_of_the_pictures_size(name: str, size: tuple[int, int]) -> None:
    original = picture(*size)
    errors = quality.error_map(name, original, 255 - original, data_range=255)
    assert errors.shape == size
    assert errors.dtype == np.float32
    assert np.isfinite(errors).all()
    assert errors.max() > 0


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_zero_far_from_what_changed(name: str) -> None:
    original = picture(64, 180)
    copy = original.copy()
    copy[40:48, 16:24] = 255 - copy[40:48, 16:24]
    errors = quality.error_map(name, original, copy, data_range=255)
    assert errors[44, 20] > 0
    reach = 16
    if name == "butteraugli":  # 37 pixels, and twice as many from the picture of half the size
        reach = 2 * 37 + 2
    assert not errors[: max(40 - reach, 0)].any()
    assert not errors[:, 24 + reach :].any()
    assert not quality.error_map(name, original, original, data_range=255).any()


@pytest.mark.parametrize("name", ["psnr_hvs", "psnr_hvs_m"])
def test_partial_blocks_show_the_whole_block_beside_them(name: str) -> None:
    original = picture(21, 30)
    errors = quality.error_map(name, original, spoiled(original), data_range=255)
    assert (errors[16:, :8] == errors[8, 0]).all()
    assert (errors[:8, 24:] == errors[0, 16]).all()


def test_only_the_listed_metrics_have_maps() -> None:
    original = picture(20, 20)
    with pytest.raises(ValueError, match="vifp has no error map; choose from psnr_y"):
        quality.error_map("vifp", original, original, data_range=255)
    for metric in quality.METRICS:
        if not metric.maps:
            with pytest.raises(ValueError, match="has no error map"):
                quality.error_map(metric.name, original, original, data_range=255)
