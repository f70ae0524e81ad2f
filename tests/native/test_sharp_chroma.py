"""Chroma at half the resolution that decoders' interpolation brings nearer to the picture."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, kron
from scipy.sparse.linalg import lsqr

from foveate import native
from foveate.metrics.quality.planes import cb, cr

FINE = [1.0] * 64


def stripes(height: int = 96, width: int = 112, seed: int = 5) -> np.ndarray:
    """Thin bars of strong colours on white, beside grey noise that has no colour."""
    rng = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 255, np.uint8)
    for _ in range(30):
        y, x = rng.integers(0, height - 2), rng.integers(0, width // 2)
        pixels[y : y + rng.integers(1, 4), x : x + rng.integers(2, 30)] = rng.choice(
            [[200, 0, 0], [0, 60, 190], [0, 130, 60]]
        )
    grey = rng.integers(0, 255, (height, width - 3 * width // 4, 1))
    pixels[:, 3 * width // 4 :] = grey
    return pixels


def chroma_of(pixels: np.ndarray) -> tuple[list[np.ndarray], tuple[int, int]]:
    used = native.used_blocks(*pixels.shape[:2], 3, True)[1]
    return [np.array(c) for c in native.forward(pixels, True)[1:]], used


def sharpened(pixels: np.ndarray, threads: int = 1) -> list[np.ndarray]:
    chroma, used = chroma_of(pixels)
    assert native.sharpen_chroma(pixels, *chroma, used, threads)
    return chroma


def decoded(pixels: np.ndarray, chroma: list[np.ndarray]) -> np.ndarray:
    """What a decoder shows of these coefficients at the finest steps, luma as it is."""
    luma = native.forward(pixels, True)[0]
    used = native.used_blocks(*pixels.shape[:2], 3, True)
    levels = [np.zeros(c.shape, np.int16) for c in (luma, *chroma)]
    for own, level, u in zip((luma, *chroma), levels, used, strict=True):
        native.round_levels(own, FINE, level, u)
    return native.inverse(levels, *pixels.shape[:2], True, [FINE] * 2)


def interpolation(size: int) -> csr_matrix:
    """The triangle filter from size / 2 samples to `size`, edges repeated."""
    half = size // 2
    whole = np.zeros((size, half))
    for i in range(size):
        beside = i // 2 + (1 if i % 2 else -1)
        whole[i, i // 2] += 0.75
        whole[i, min(max(beside, 0), half - 1)] += 0.25
    return csr_matrix(whole)


@pytest.mark.parametrize("size", [(96, 112), (61, 93)])
def test_strong_edges_of_colour_come_out_nearer_to_the_picture(size):
    pixels = stripes(*size)
    errors = []
    for chroma in (chroma_of(pixels)[0], sharpened(pixels)):
        seen = decoded(pixels, chroma)
        errors.append(sum(((of(seen) - of(pixels)) ** 2).mean() for of in (cb, cr)))
    assert errors[1] < 0.8 * errors[0]


def test_samples_are_those_of_least_squares():
    pixels = np.full((96, 96, 3), 255, np.uint8)
    pixels[8:88, 9:87:4] = [200, 0, 0]  # bars all over, so that every inner block is mended whole
    pixels[8:88:5, 9:87] = [0, 0, 200]
    height, width = pixels.shape[:2]
    basis = kron(interpolation(height), interpolation(width))
    for i, plane in enumerate((cb(pixels), cr(pixels))):
        best = lsqr(basis, np.asarray(plane, np.float64).reshape(-1), atol=1e-10, btol=1e-10)[0]
        blocks = sharpened(pixels)[i].astype(np.float64) / native.COEFFICIENT_UNITS
        wanted = best.reshape(height // 2, width // 2)[16:24, 16:24].clip(-128, 127)
        dct = np.zeros((8, 8))
        n = np.arange(8)
        for k in range(8):
            dct[k] = np.sqrt(0.125 if k == 0 else 0.25) * np.cos((2 * n + 1) * k * np.pi / 16)
        energy = (dct @ wanted @ dct.T)[0, 0]
        assert blocks[2, 2, 0] == pytest.approx(energy, abs=2.0)
        assert np.sum(blocks[2, 2] ** 2) == pytest.approx(np.sum(wanted**2), rel=0.02)


def test_where_colour_has_no_strong_edge_nothing_changes():
    pixels = stripes()
    before, after = chroma_of(pixels)[0], sharpened(pixels)
    changed = [(a != b).any(axis=2) for a, b in zip(before, after, strict=True)]
    assert all(each[:, :3].any() and not each[:, 6:].any() for each in changed)


def test_a_picture_without_strong_colours_stays_and_says_so():
    y, x = np.mgrid[:64, :64]
    pixels = np.stack([2 * x, 2 * y, 128 + x], -1).astype(np.uint8)
    chroma, used = chroma_of(pixels)
    before = [c.copy() for c in chroma]
    assert not native.sharpen_chroma(pixels, *chroma, used, 1)
    for one, other in zip(before, chroma, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("threads", [2, 7])
def test_the_number_of_threads_never_shows(threads):
    for one, many in zip(sharpened(stripes()), sharpened(stripes(), threads), strict=True):
        np.testing.assert_array_equal(one, many)
