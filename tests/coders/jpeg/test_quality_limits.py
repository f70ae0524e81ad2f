"""What `quality` and `floor` promise holds on the decoded file, where people look and elsewhere."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.jpeg.encode import Options, encode
from foveate.coders.jpeg.targets import quality_target
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.targets.sample import Pieces
from foveate.coders.plain.pillow_jpeg import plain_jpeg

UNSEEN_MSE = 0.05
"""A mean squared error that nobody sees; limits below it are not told apart."""


def half_and_half(
    height: int = 240, width: int = 320, *, noise: float = 90
) -> tuple[np.ndarray, np.ndarray]:
    """A picture, smooth at the left and of clipped coloured noise at the right, and its weights.

    Clipping and the interpolation of chroma add error on decoded pixels that coefficients do not
    show, and they do it at the right, which the weights make the background.
    """
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:height, :width]
    smooth = 120 + 60 * np.sin(x / 29) * np.cos(y / 23)
    left = smooth[..., None] + rng.normal(0, 6, (height, width, 3))
    right = rng.normal(128, noise, (height, width, 3))
    pixels = np.where((x < width // 2)[..., None], left, right)
    rows, cols = -(-height // 8), -(-width // 8)
    weights = np.where(np.arange(cols) < cols // 2, 10.0, 0.1)[None].repeat(rows, axis=0)
    return np.clip(pixels, 0, 255).astype(np.uint8), weights.astype(np.float32)


def errors(
    pixels: np.ndarray, weights: np.ndarray, data: bytes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The weighted error of luma, that of all planes, and the background's, on decoded pixels."""
    mse = decoded_mse(pixels, data).astype(float)
    weighted = (mse * weights).sum(axis=(1, 2)) / weights.sum()
    background = weights < np.median(weights) + 1e-6
    return weighted[0], weighted.sum(), mse[:, background].mean(axis=1).sum()


@pytest.mark.parametrize(("quality", "floor"), [(80, 80), (80, 60), (60, 50), (85, 40)])
@pytest.mark.parametrize("noise", [30, 60, 90, 120])
@pytest.mark.parametrize("chroma_420", [True, False])
def test_both_limits_hold_on_the_decoded_file(quality, floor, noise, chroma_420):
    pixels, weights = half_and_half(noise=noise)
    found = encode(pixels, weights, PlainQuality(quality, floor), Options(chroma_420=chroma_420))
    subsampling = "420" if chroma_420 else "444"
    mine = errors(pixels, weights, found.data)
    at_quality = errors(pixels, weights, plain_jpeg(pixels, quality, subsampling=subsampling))
    at_floor = errors(pixels, weights, plain_jpeg(pixels, floor, subsampling=subsampling))
    assert mine[0] <= 1.004 * at_quality[0] + UNSEEN_MSE
    assert mine[1] <= 1.004 * at_quality[1] + UNSEEN_MSE
    assert mine[2] <= 1.004 * at_floor[2] + UNSEEN_MSE


def test_no_more_is_kept_than_promised():
    """One of the limits is nearly reached, or bytes would be wasted."""
    pixels, weights = half_and_half()
    found = encode(pixels, weights, PlainQuality(80, 60), Options())
    mine = errors(pixels, weights, found.data)
    limits = (
        *errors(pixels, weights, plain_jpeg(pixels, 80, subsampling="420"))[:2],
        errors(pixels, weights, plain_jpeg(pixels, 60, subsampling="420"))[2],
    )
    assert max(a / b for a, b in zip(mine, limits, strict=True)) > 0.96


def test_both_limits_hold_for_a_picture_of_which_a_sample_is_searched():
    pixels, weights = half_and_half(1024, 1600)
    found = encode(pixels, weights, PlainQuality(70, 65), Options(threads=2))
    mine = errors(pixels, weights, found.data)
    at_quality = errors(pixels, weights, plain_jpeg(pixels, 70, subsampling="420"))
    at_floor = errors(pixels, weights, plain_jpeg(pixels, 65, subsampling="420"))
    assert mine[0] <= 1.004 * at_quality[0]
    assert mine[2] <= 1.004 * at_floor[2]


def test_both_limits_hold_where_the_sample_shows_only_what_is_easy(monkeypatch):
    """The pieces lie in the smooth half; the clipped noise of the other half is not seen there."""
    pixels, weights = half_and_half(768, 1024)
    rows = np.arange(0, 48, 2)
    easy = Pieces(rows, np.zeros_like(rows), width=24)
    monkeypatch.setattr(quality_target, "sampled", lambda blocks: easy)
    found = encode(pixels, weights, PlainQuality(70, 60), Options(threads=2))
    mine = errors(pixels, weights, found.data)
    at_quality = errors(pixels, weights, plain_jpeg(pixels, 70, subsampling="420"))
    at_floor = errors(pixels, weights, plain_jpeg(pixels, 60, subsampling="420"))
    assert mine[0] <= 1.004 * at_quality[0]
    assert mine[2] <= 1.004 * at_floor[2]


def test_the_background_is_what_a_mask_leaves_out_however_little_that_is():
    pixels, weights = half_and_half()
    weights = np.where(np.arange(weights.shape[1]) < 30, 10.0, 0.1)[None].repeat(30, axis=0)
    found = encode(pixels, weights.astype(np.float32), PlainQuality(80, 75), Options())
    outside = weights < 1
    mine, theirs = (
        decoded_mse(pixels, data).astype(float)[:, outside].mean(axis=1).sum()
        for data in (found.data, plain_jpeg(pixels, 75, subsampling="420"))
    )
    assert mine <= 1.004 * theirs + UNSEEN_MSE


def test_the_finest_file_is_told_as_such():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert encode(noise, None, PlainQuality(100, 100), Options(chroma_420=False)).at_ceiling
    assert not encode(noise, None, PlainQuality(60, 60), Options(chroma_420=False)).at_ceiling


@pytest.mark.parametrize("tune", ["vision", "fidelity", "eyes"])
@pytest.mark.parametrize("quality", [50, 75])
def test_pixels_of_a_jpeg_take_no_more_than_it_at_its_own_quality(tune, quality):
    """Plain JPEG has hardly an error on them, which no coarser steps keep."""
    pixels, _ = half_and_half(96, 128, noise=40)
    jpeg = plain_jpeg(pixels, quality, subsampling="420")
    decoded = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    made = foveate.compress(decoded, quality=quality, tune=tune, map="none", threads=1)
    assert len(made.data) <= 1.03 * len(plain_jpeg(decoded, quality, subsampling="420"))
