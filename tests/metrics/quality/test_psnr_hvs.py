"""PSNR-HVS and PSNR-HVS-M are those of the published implementation."""

from __future__ import annotations

import numpy as np
import pytest
from psnr_hvsm.numpy import psnr_hvs_hvsm
from quality_pictures import picture, spoiled

from foveate.metrics import quality


@pytest.mark.parametrize("size", [(8, 8), (128, 136), (400, 16)])
@pytest.mark.parametrize("sigma", [2, 9, 40])
def test_both_are_the_published_implementations(size: tuple[int, int], sigma: float) -> None:
    original = picture(*size)
    copy = spoiled(original, sigma)
    hvs, hvs_m = psnr_hvs_hvsm(quality.luma(original) / 255, quality.luma(copy) / 255)
    # The published tables are rounded to six digits: a ten-thousandth of a dB.
    assert quality.psnr_hvs(original, copy, data_range=255) == pytest.approx(float(hvs), abs=1e-3)
    assert quality.psnr_hvs_m(original, copy, data_range=255) == pytest.approx(
        float(hvs_m), abs=1e-3
    )


def test_partial_blocks_are_left_out() -> None:
    original = picture(37, 30)
    copy = spoiled(original)
    whole = original[:32, :24], copy[:32, :24]
    for metric in (quality.psnr_hvs, quality.psnr_hvs_m):
        assert metric(original, copy, data_range=255) == pytest.approx(
            metric(*whole, data_range=255)
        )


def test_what_texture_hides_costs_less() -> None:
    generator = np.random.default_rng(0)
    texture = generator.integers(60, 190, (64, 64)).astype(np.uint8)
    flat = np.full((64, 64), 125, np.uint8)
    noise = generator.integers(-3, 4, (64, 64))
    loss = {
        name: quality.psnr_hvs_m(plane, plane + noise, data_range=255)
        for name, plane in (("texture", texture), ("flat", flat))
    }
    assert loss["texture"] > loss["flat"] + 3
