"""Two files are compared where people look, by both metrics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from foveate.coders.jpeg.looked_at import LookedAt
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality import psnr_hvs_m, psnr_y
from foveate.pictures import read_picture
from photos import photo


def weights() -> np.ndarray:
    """Twenty of a hundred blocks matter more: the lower two rows of ten."""
    found = np.ones((10, 10), np.float32)
    found[8:] = 3.0
    return found


@pytest.mark.parametrize("grey", [False, True])
def test_both_metrics_are_those_of_the_pixels_that_matter(grey):
    pixels = photo(80, 80)[..., 1].copy() if grey else photo(80, 80)
    jpeg = plain_jpeg(pixels, 50)
    there = np.zeros((80, 80))
    there[64:] = 1.0
    copy = read_picture(jpeg).pixels
    metrics = (psnr_y, psnr_hvs_m)
    expected = [m(pixels, copy, data_range=255, weights=there) for m in metrics]
    assert LookedAt(pixels, weights()).psnrs(jpeg) == pytest.approx(expected, rel=1e-9)
    everywhere = [m(pixels, copy, data_range=255) for m in metrics]
    assert LookedAt(pixels, None).psnrs(jpeg) == pytest.approx(everywhere, rel=1e-9)
    assert LookedAt(pixels, np.ones((10, 10), np.float32)).psnrs(jpeg) == pytest.approx(
        everywhere, rel=1e-9
    )


def test_a_file_that_is_worse_where_people_look_is_worse_however_good_the_rest_is():
    pixels = photo(80, 80)
    above, below = pixels.copy(), pixels.copy()
    above[:64] //= 2  # what is not looked at is spoilt
    below[64:] += 3
    spoilt_above, spoilt_below = (plain_jpeg(p, 95) for p in (above, below))
    looked_at = LookedAt(pixels, weights())
    assert looked_at.is_no_worse(spoilt_above, spoilt_below)
    assert not looked_at.is_no_worse(spoilt_below, spoilt_above)
    assert LookedAt(pixels, None).is_no_worse(spoilt_below, spoilt_above)


@pytest.mark.parametrize("shape", [(1, 1), (5, 40), (9, 17), (8, 8)])
def test_pictures_of_any_size_are_compared(shape):
    pixels = photo(64, 64)[: shape[0], : shape[1]]
    rows, cols = -(-shape[0] // 8), -(-shape[1] // 8)
    own = np.linspace(1, 2, rows * cols, dtype=np.float32).reshape(rows, cols)
    psnr, hvs_m = LookedAt(pixels, own).psnrs(plain_jpeg(pixels, 60))
    assert psnr > 20
    assert hvs_m > 20 or math.isinf(hvs_m)
