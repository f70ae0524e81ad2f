"""A search's sample is as busy as the picture, and does not mislead where it is not."""

import io

import numpy as np
import pytest
from PIL import Image

from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.jpeg.encode import Options, encode, transform
from foveate.coders.jpeg.targets import bytes_target
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.targets.sample import Pieces, every, sampled
from foveate.coders.plain.pillow_jpeg import plain_jpeg


def textured(height: int, width: int, seed: int = 0) -> np.ndarray:
    """(height, width, 3): shapes and grain of many sizes."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 128.0)
    for side in (4, 16, 64):
        grid = rng.normal(0, 18, (height // side + 1, width // side + 1, 3))
        picture += grid.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    return np.clip(picture, 0, 255).astype(np.uint8)


def mostly_black(height: int = 1600, width: int = 2400) -> np.ndarray:
    """A page with one small picture on it."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[420:580, 900:1380] = textured(160, 480)
    return picture


@pytest.mark.parametrize("chroma_420", [True, False])
@pytest.mark.parametrize("grey", [True, False])
def test_a_sample_is_part_of_the_picture_and_spread_over_it(chroma_420, grey):
    pixels = textured(1200, 1840)
    blocks = transform(pixels[..., 0] if grey else pixels, None, Options(chroma_420=chroma_420))
    pieces = sampled(blocks)
    part = pieces.of_blocks(blocks)
    assert 0.15 < part.luma_blocks / blocks.luma_blocks < 0.35
    assert set(np.floor(4 * pieces.rows * 16 / 1200)) == {0, 1, 2, 3}
    seen = pieces.of(pixels, 16)
    again = transform(seen[..., 0] if grey else seen, None, Options(chroma_420=chroma_420))
    for mine, direct in zip(part.components, again.components, strict=True):
        rows, cols = mine.used
        np.testing.assert_array_equal(mine.coefficients, direct.coefficients[:rows, :cols])


def test_a_small_picture_is_looked_at_whole():
    assert sampled(transform(textured(512, 768), None, Options())) is None


def test_detail_in_few_places_is_met_by_a_finer_sample_or_by_none():
    blocks = transform(mostly_black(), None, Options())
    usual = every(4, blocks)
    pieces = sampled(blocks)
    assert pieces is None or pieces.rows.size > usual.rows.size


def test_a_sample_that_is_busier_than_the_picture_is_not_taken():
    """All the detail lies where the usual sample would look, and nowhere else."""
    quiet = np.clip(textured(1200, 1840).astype(int) // 8 + 110, 0, 255).astype(np.uint8)
    usual = every(4, transform(quiet, None, Options()))
    busy = quiet.copy()
    grain = np.random.default_rng(1).normal(0, 60, (16, usual.width * 16, 3))
    for row, column in zip(usual.rows * 16, usual.columns * 16, strict=True):
        part = busy[row : row + 16, column : column + usual.width * 16]
        part[:] = np.clip(part + grain, 0, 255)
    even, misleading = (sampled(transform(p, None, Options())) for p in (quiet, busy))
    assert even is not None
    assert even.rows.size == usual.rows.size
    assert misleading is None or misleading.rows.size > usual.rows.size


@pytest.mark.parametrize("size_bytes", [25_000, 60_000])
def test_a_size_is_filled_where_the_detail_is_in_one_place(size_bytes):
    pixels = mostly_black()
    target = BytesTarget(int(0.991 * size_bytes), int(0.9965 * size_bytes), size_bytes)
    found = encode(pixels, None, target, Options())
    assert found.at_ceiling or target.least <= len(found.data) <= target.most
    with Image.open(io.BytesIO(found.data)) as image:
        image.load()


@pytest.mark.parametrize("chroma_420", [True, False])
def test_a_quality_is_kept_where_the_detail_is_in_one_place(chroma_420):
    pixels = mostly_black()
    found = encode(pixels, None, PlainQuality(80, 60), Options(chroma_420=chroma_420))
    plain = plain_jpeg(pixels, 80, subsampling="420" if chroma_420 else "444")
    mine, theirs = (decoded_mse(pixels, data)[0].mean(dtype=float) for data in (found.data, plain))
    assert mine <= theirs + 0.05  # what counts as an error that no one sees


def test_a_sample_that_misleads_is_given_up(monkeypatch):
    """Only flat pieces are looked at, so that far too many bytes seem to be left."""
    pixels = mostly_black()
    rows = np.array([*range(25), *range(40, 100)])
    flat = Pieces(rows, np.zeros_like(rows), width=32)
    monkeypatch.setattr(bytes_target, "sampled", lambda blocks: flat)
    found = encode(pixels, None, BytesTarget(29_700, 29_850, 30_000), Options())
    assert found.at_ceiling or 29_700 <= len(found.data) <= 30_000


def test_where_the_usual_sample_is_too_quiet_a_finer_one_is_taken():
    quiet = np.clip(textured(1200, 1840).astype(int) // 8 + 110, 0, 255).astype(np.uint8)
    usual, finer = (every(skip, transform(quiet, None, Options())) for skip in (4, 2))
    busy = quiet.copy()
    seen = {*zip(usual.rows.tolist(), usual.columns.tolist(), strict=True)}
    grain = np.random.default_rng(1).normal(0, 60, (16, usual.width * 16, 3))
    for row in range(75):
        for number in range(3):
            column = number * 32 + (115 % 32) * (row % 3) // 2
            if (row, column) not in seen:
                part = busy[row * 16 :][:16, column * 16 :][:, : usual.width * 16]
                part[:] = np.clip(part + grain[:, : part.shape[1]], 0, 255)
    pieces = sampled(transform(busy, None, Options()))
    assert pieces is not None
    assert pieces.rows.size == finer.rows.size


def test_a_sample_counts_detail_by_how_much_it_matters():
    """Where the map looks only between the usual pieces, they tell too little of it."""
    quiet = np.clip(textured(1200, 1840).astype(int) // 8 + 110, 0, 255).astype(np.uint8)
    usual = every(4, transform(quiet, None, Options()))
    weights = np.full((150, 230), 8.0, np.float32)
    for row, column in zip(usual.rows.tolist(), usual.columns.tolist(), strict=True):
        weights[2 * row : 2 * row + 2, 2 * column : 2 * (column + usual.width)] = 0.1
    pieces = sampled(transform(quiet, weights, Options()))
    assert pieces is None or pieces.rows.size > usual.rows.size
