"""SSIMULACRA 2 is its author's tool's, and the ssimulacra2 package's but for the blur."""

from __future__ import annotations

import io

import numpy as np
import pytest
import ssimulacra2.ssimulacra2 as package
from PIL import Image
from quality_pictures import picture, spoiled
from scipy.ndimage import convolve1d

from foveate.metrics import quality

RADIUS, SIGMA = 5, 1.5


def recursion_on_an_impulse() -> np.ndarray:
    """Libjxl's blur as it runs: equations 33 to 56 of Charalampidis (2016) for an impulse."""
    omega = np.array([1, 3, 5]) * np.pi / (2 * RADIUS)
    p = np.array([1, -1, 1]) / np.tan(omega / 2)
    r = np.array([1, -1, 1]) * p**2 / np.sin(omega)
    rho = np.exp(-((SIGMA * omega) ** 2) / 2) / RADIUS
    zeta = np.cross(p, r)
    beta = np.linalg.solve([p, r, zeta], [1, RADIUS**2 - SIGMA**2, zeta @ rho])
    samples = np.zeros(6 * RADIUS + 1)
    samples[3 * RADIUS] = 1
    before, last = np.zeros(3), np.zeros(3)
    outputs = []
    for n in range(RADIUS + 1, 5 * RADIUS):
        pair = samples[n - RADIUS - 1] + samples[n + RADIUS - 1]
        new = -beta * np.cos(omega * (RADIUS + 1)) * pair + 2 * np.cos(omega) * last - before
        before, last = last, new
        outputs.append(new.sum())
    middle = 2 * RADIUS - 1  # the output at the impulse
    return np.array(outputs)[middle - RADIUS + 1 : middle + RADIUS]


def files(*pictures: np.ndarray) -> list[io.BytesIO]:
    found = [io.BytesIO() for _ in pictures]
    for colours, file in zip(pictures, found, strict=True):
        Image.fromarray(colours).save(file, "PNG")
    return found


@pytest.mark.parametrize("size", [(230, 250), (241, 301)])
@pytest.mark.parametrize("sigma", [3, 12])
def test_it_is_the_packages_with_the_author_s_blur_in_place(monkeypatch, size, sigma) -> None:
    window = recursion_on_an_impulse()

    def blur(image: np.ndarray, sigma: float = SIGMA) -> np.ndarray:
        down = convolve1d(image, window, axis=0, mode="constant")
        return convolve1d(down, window, axis=1, mode="constant")

    original = picture(*size)
    copy = spoiled(original, sigma)
    monkeypatch.setattr(package, "blur_image", blur)
    expected = package.compute_ssimulacra2(*files(original, copy))
    assert quality.ssimulacra2(original, copy, data_range=255) == pytest.approx(expected, abs=1e-4)


def test_it_is_near_the_package_whose_blur_is_another_at_the_border() -> None:
    original = picture(300, 280)
    for sigma in (2, 8):
        copy = spoiled(original, sigma)
        expected = package.compute_ssimulacra2(*files(original, copy))
        assert quality.ssimulacra2(original, copy, data_range=255) == pytest.approx(expected, abs=3)


def congruential_noise(side: int, seed: int) -> np.ndarray:
    state, found = seed, []
    for _ in range(side * side * 3):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        found.append(state >> 33 & 255)
    return np.array(found, np.uint8).reshape(side, side, 3)


def test_it_is_the_tools_on_published_pictures() -> None:
    """Scores of the C++ tool, from imazen/ssimulacra2's reference_data.rs of 4 January 2026."""
    grey = np.full((64, 64, 3), 128, np.uint8)
    ramp = np.empty_like(grey)
    ramp[:] = (np.arange(64) * 255 // 63).astype(np.uint8)[:, None]
    noise = congruential_noise(64, 42)
    assert quality.ssimulacra2(ramp, grey, data_range=255) == pytest.approx(-64.5687, abs=0.005)
    assert quality.ssimulacra2(noise, grey, data_range=255) == pytest.approx(-47.3357, abs=0.005)


@pytest.mark.parametrize(
    ("side", "lighter", "expected"),
    [
        (32, 50, 85.0141),
        (64, 10, 80.2429),
        (64, 50, -8.7594),
        (128, 20, 54.2788),
        (128, 50, -9.8238),
        (256, 20, 59.7789),
        (256, 50, -0.3909),
    ],
)
def test_it_is_near_the_tools_on_flat_fields_where_its_float32_tells(
    side: int, lighter: int, expected: float
) -> None:
    """From the same file: all sizes, so that the number of scales is the tool's too."""
    grey = np.full((side, side, 3), 128, np.uint8)
    score = quality.ssimulacra2(grey, grey + np.uint8(lighter), data_range=255)
    assert score == pytest.approx(expected, abs=0.5)


def test_lightness_of_floats_is_that_of_bytes() -> None:
    original = picture(40, 40)
    copy = spoiled(original)
    expected = quality.ssimulacra2(original, copy, data_range=255)
    halves = quality.ssimulacra2(original / 2, copy / 2, data_range=127.5)
    assert halves == pytest.approx(expected, abs=1e-9)
