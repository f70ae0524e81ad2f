"""SSIM is scikit-image's, MS-SSIM torchmetrics', as far as these go down in size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from quality_pictures import picture, spoiled
from sewar.full_ref import msssim
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from foveate.metrics import quality


def torch_plane(colours: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(quality.luma(colours))[None, None]


@pytest.mark.parametrize("size", [(11, 11), (64, 64), (200, 97), (75, 11), (43, 400)])
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


@pytest.mark.parametrize("size", [(176, 176), (256, 320), (181, 203)])
@pytest.mark.parametrize("sigma", [2, 30])
def test_ms_ssim_is_torchmetrics_but_for_its_padding_of_the_coarsest_scale(
    size: tuple[int, int], sigma: float
) -> None:
    original = picture(*size)
    copy = spoiled(original, sigma)
    expected = multiscale_structural_similarity_index_measure(
        torch_plane(copy), torch_plane(original), data_range=255.0
    )
    assert quality.ms_ssim(original, copy, data_range=255) == pytest.approx(
        float(expected), abs=2e-4
    )


def test_ms_ssim_is_near_sewars_who_halves_one_pixel_aside() -> None:
    original = picture(256, 256)
    copy = spoiled(original)
    expected = msssim(quality.luma(original), quality.luma(copy), MAX=255)
    assert quality.ms_ssim(original, copy, data_range=255) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(
    ("size", "scales"),
    [((181, 203), 5), ((175, 175), 4), ((88, 300), 4), ((44, 87), 3), ((22, 30), 2)],
)
def test_ms_ssim_is_scikit_images_of_each_scale_with_exponents_that_sum_to_one(
    size: tuple[int, int], scales: int
) -> None:
    original = picture(*size)
    copy = spoiled(original)
    exponents = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333][:scales])
    levels = torch_plane(original), torch_plane(copy)
    expected = 1.0
    for scale, exponent in enumerate(exponents / exponents.sum()):
        x, y = (level[0, 0].numpy() for level in levels)
        mean = structural_similarity(
            x,
            y,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
            K1=0.01 if scale == scales - 1 else 1e9,  # a great K1 leaves contrast alone
        )
        expected *= mean**exponent
        levels = tuple(torch.nn.functional.avg_pool2d(level, 2) for level in levels)
    assert quality.ms_ssim(original, copy, data_range=255) == pytest.approx(expected, abs=1e-7)


def test_ms_ssim_of_pictures_below_22_pixels_is_ssim() -> None:
    for size in [(21, 21), (300, 13), (1, 1)]:
        original = picture(*size)
        copy = spoiled(original)
        ms_ssim = quality.ms_ssim(original, copy, data_range=255)
        assert ms_ssim == pytest.approx(max(quality.ssim(original, copy, data_range=255), 0))


def test_ms_ssim_of_opposite_structure_is_zero() -> None:
    original = picture(200, 200)
    assert quality.ms_ssim(original, 255 - original, data_range=255) == 0.0
