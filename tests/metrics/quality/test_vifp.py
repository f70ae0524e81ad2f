"""VIFp is sewar's, which follows its authors' vifp_mscale.m."""

from __future__ import annotations

import numpy as np
import pytest
from quality_pictures import picture, spoiled
from sewar.full_ref import vifp as sewars_vifp

from foveate.metrics import quality


@pytest.mark.parametrize("size", [(41, 41), (64, 97), (300, 210), (42, 150)])
@pytest.mark.parametrize("sigma", [1, 9, 60])
def test_vifp_is_sewars_down_to_41_pixels(size: tuple[int, int], sigma: float) -> None:
    original = picture(*size)
    copy = spoiled(original, sigma)
    expected = sewars_vifp(quality.luma(original), quality.luma(copy))
    assert quality.vifp(original, copy, data_range=255) == pytest.approx(expected, abs=1e-8)


def test_more_contrast_keeps_more_than_all() -> None:
    original = picture(100, 100, noise=0) // 2 + 64
    stretched = np.clip(1.3 * (original.astype(float) - 128) + 128, 0, 255)
    assert quality.vifp(original, stretched, data_range=255) > 1


@pytest.mark.parametrize("size", [(40, 40), (17, 17), (16, 40), (5, 200), (1, 30)])
def test_small_pictures_have_what_scales_fit(size: tuple[int, int]) -> None:
    original = picture(*size)
    noisy = [quality.vifp(original, spoiled(original, s), data_range=255) for s in (4, 16, 64)]
    assert 1 > noisy[0] > noisy[1] > noisy[2] > 0


def test_noise_on_a_flat_reference_is_no_information() -> None:
    flat = np.full((50, 50), 90, np.uint8)
    assert quality.vifp(flat, spoiled(flat), data_range=255) == 0.0
    assert quality.vifp(flat, flat + 9, data_range=255) == 1.0
