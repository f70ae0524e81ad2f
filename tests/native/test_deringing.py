"""Coefficients that aim beyond white and black: what decoders show stays, ringing does not."""

from __future__ import annotations

import numpy as np
import pytest

from foveate import native

FINE, COARSE = [1.0] * 64, [20.0] * 64


def line_art(channels: int = 3, seed: int = 3) -> np.ndarray:
    """Black strokes and grey patches on white; its sides are no multiples of 8."""
    rng = np.random.default_rng(seed)
    pixels = np.full((61, 93), 255, np.uint8)
    for _ in range(20):
        y, x = rng.integers(0, 55), rng.integers(0, 80)
        pixels[y : y + rng.integers(1, 4), x : x + rng.integers(3, 40)] = 0
    pixels[30:45, 20:50] = rng.integers(60, 200, (15, 30))
    return pixels if channels == 1 else np.ascontiguousarray(np.stack([pixels] * 3, -1))


def luma_of(pixels: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    channels = 1 if pixels.ndim == 2 else 3
    return (
        native.forward(pixels, False)[0],
        native.used_blocks(*pixels.shape[:2], channels, False)[0],
    )


def deringed(pixels: np.ndarray, steps: list[float], threads: int = 1) -> np.ndarray:
    luma, used = luma_of(pixels)
    assert native.dering(pixels, luma, used, steps, threads)
    return luma


def shown(luma: np.ndarray, steps: list[float], pixels: np.ndarray) -> np.ndarray:
    """What a decoder shows of these coefficients, rounded to levels of the steps."""
    height, width = pixels.shape[:2]
    _, used = luma_of(pixels)
    levels = np.zeros(luma.shape, np.int16)
    native.round_levels(luma, steps, levels, used)
    return native.inverse([levels], height, width, False, [steps])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_what_a_fine_file_shows_is_the_picture_itself(channels, seed):
    pixels = line_art(channels, seed)
    grey = pixels if channels == 1 else pixels[..., 0]
    seen = shown(deringed(pixels, COARSE), FINE, pixels)
    assert np.abs(seen.astype(int) - grey).max() <= 2


def test_coarse_steps_ring_less_on_white_and_on_the_whole():
    pixels = line_art(1)
    plain = shown(luma_of(pixels)[0], COARSE, pixels).astype(float) - pixels
    less = shown(deringed(pixels, COARSE), COARSE, pixels).astype(float) - pixels
    white = pixels == 255
    assert (less[white] ** 2).mean() < 0.65 * (plain[white] ** 2).mean()
    assert (less**2).mean() < 0.8 * (plain**2).mean()


def test_blocks_without_white_or_black_and_those_of_one_alone_stay():
    pixels = line_art(1)
    before, (rows, cols) = luma_of(pixels)
    after = deringed(pixels, COARSE)
    padded = np.pad(pixels, ((0, 8 * rows - 61), (0, 8 * cols - 93)), mode="edge")
    white, black = ((padded == end).reshape(rows, 8, cols, 8).sum(axis=(1, 3)) for end in (255, 0))
    stays = (white + black == 0) | (white == 64) | (black == 64)
    changed = (before[:rows, :cols] != after[:rows, :cols]).any(axis=2)
    assert stays.any()
    assert not changed[stays].any()
    assert changed[~stays].mean() > 0.9


def test_a_picture_without_white_or_black_stays_and_says_so():
    pixels = np.clip(line_art(), 1, 254)
    luma, used = luma_of(pixels)
    before = luma.copy()
    assert not native.dering(pixels, luma, used, COARSE, 1)
    np.testing.assert_array_equal(luma, before)


def test_a_saturated_colour_is_neither_white_nor_black():
    pixels = line_art()
    pixels[..., 0] = 255
    pixels[..., 2] = 0
    luma, used = luma_of(pixels)
    assert not native.dering(pixels, luma, used, COARSE, 1)


@pytest.mark.parametrize("threads", [2, 7])
def test_the_number_of_threads_never_shows(threads):
    pixels = line_art()
    np.testing.assert_array_equal(
        deringed(pixels, COARSE), deringed(pixels, COARSE, threads=threads)
    )


@pytest.mark.parametrize("step", [1.0, 40.0, 255.0])
def test_the_hardest_contrasts_neither_overflow_nor_change_what_is_shown(step):
    y, x = np.mgrid[:8, :64]
    pixels = np.where((x // 8 + (x % (x // 8 + 1)) + y) % 2 == 0, 255, 0).astype(np.uint8)
    luma = deringed(pixels, [step] * 64)
    assert np.abs(luma.astype(int)).max() < 1024 * native.COEFFICIENT_UNITS
    assert np.abs(shown(luma, FINE, pixels).astype(int) - pixels).max() <= 2
