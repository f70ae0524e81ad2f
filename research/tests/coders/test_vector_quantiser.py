"""The vector quantiser: its codebooks against SciPy's, its files, and what the map does to them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.vq import kmeans2, vq

from coded_scenes import pixels_of, write_scenes
from foveate.errors import PictureError, TargetError
from foveate.metrics.quality import psnr_y
from foveate_research.coders.vector_quantiser.blocks import blocks_of, picture_of
from foveate_research.coders.vector_quantiser.coder import VectorQuantiser
from foveate_research.coders.vector_quantiser.lbg import (
    codebook,
    moved,
    nearest,
    refined,
    weighted_error,
)
from foveate_research.coders.vector_quantiser.training import trained

PIXELS = pixels_of(75, 93)
RNG = np.random.default_rng(1)
VECTORS = RNG.normal(0, 9, (1200, 4)).astype(np.float32)
WEIGHTS = np.where(VECTORS[:, 0] > 6, 20, 1).astype(np.float32)
ONES = np.ones(len(VECTORS), np.float32)


@pytest.fixture(scope="module")
def coder() -> VectorQuantiser:
    books, _ = trained([(pixels_of(96, 128, seed), None) for seed in (2, 3)], words=32)
    return VectorQuantiser(books)


def test_words_are_chosen_and_moved_as_scipy_does_it():
    words = VECTORS[:16]
    chosen = nearest(VECTORS, words)
    np.testing.assert_array_equal(chosen, vq(VECTORS, words)[0])
    theirs, _ = kmeans2(VECTORS, words, iter=1, minit="matrix")
    np.testing.assert_allclose(moved(VECTORS, ONES, words, chosen), theirs, rtol=1e-4, atol=1e-5)


def test_a_word_moves_to_the_weighted_mean_of_what_chose_it():
    words = VECTORS[:8]
    chosen = nearest(VECTORS, words)
    found = moved(VECTORS, WEIGHTS, words, chosen)
    for at in range(8):
        theirs = np.average(VECTORS[chosen == at], axis=0, weights=WEIGHTS[chosen == at])
        np.testing.assert_allclose(found[at], theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("with_zero", [False, True])
def test_no_round_raises_the_weighted_error(with_zero):
    words = VECTORS[:32].copy()
    words[0] = 0
    _, errors = refined(VECTORS, WEIGHTS, words, rounds=8, with_zero=with_zero)
    assert all(after <= before for before, after in itertools.pairwise(errors))
    assert errors[-1] < 0.9 * errors[0]


def test_weights_lower_the_weighted_error_and_raise_the_plain_one():
    even, weighted = (codebook(VECTORS, of, size=16) for of in (ONES, WEIGHTS))

    def error(words: np.ndarray, of: np.ndarray) -> float:
        return weighted_error(VECTORS, words, nearest(VECTORS, words), of)

    assert error(weighted, WEIGHTS) < 0.9 * error(even, WEIGHTS)
    assert error(weighted, ONES) > error(even, ONES)


def test_the_price_of_bits_is_paid_by_each_vector():
    words = np.array([[0], [10]], np.float32)
    vectors = np.array([[6], [6], [9]], np.float32)
    bits = np.array([1, 5], np.float32)
    prices = np.array([0, 6, 6], np.float32)
    assert nearest(vectors, words, bits=bits, price=prices).tolist() == [1, 0, 1]


def test_the_first_word_of_a_stage_is_zero_and_the_error_falls_stage_by_stage(coder):
    books, left = trained([(PIXELS, None)], words=16)
    for kind, errors in left.items():
        assert all(not book[0].any() for book in books.stages[kind])
        assert all(after < before for before, after in itertools.pairwise(errors))


def test_blocks_hold_the_picture():
    flat = np.full((13, 21, 3), (90, 120, 200), np.uint8)
    np.testing.assert_allclose(picture_of(blocks_of(flat), 13, 21), flat, atol=1)
    assert psnr_y(PIXELS, picture_of(blocks_of(PIXELS), 75, 93), data_range=255) > 45


@pytest.mark.parametrize("size", [(75, 93), (8, 8), (1, 17)])
def test_bytes_hold_all_that_the_decoder_needs(coder, size):
    pixels = pixels_of(*size)
    data = coder.encode(pixels, 20)
    again = VectorQuantiser(coder.books).decode(data)
    assert again.shape == pixels.shape
    assert psnr_y(pixels, again, data_range=255) > 22
    dearer = coder.encode(pixels, 2000)
    assert len(dearer) < len(data)
    assert psnr_y(pixels, coder.decode(dearer), data_range=255) < psnr_y(
        pixels, again, data_range=255
    )


@pytest.mark.parametrize("size", [700, 1200])
def test_files_take_the_bytes_asked_for_and_no_more(coder, size):
    assert 0.8 * size <= len(coder.of_size(PIXELS, size)) <= size


def test_bits_go_where_the_weights_are(coder):
    weights = np.ones((10, 12), np.float32)
    weights[:, 6:] = 10
    right = np.zeros(PIXELS.shape[:2], bool)
    right[:, 48:] = True
    even, steered = (coder.decode(coder.of_size(PIXELS, 1500, w)) for w in (None, weights))
    gains = [
        psnr_y(PIXELS, steered, data_range=255, weights=where)
        - psnr_y(PIXELS, even, data_range=255, weights=where)
        for where in (right, ~right)
    ]
    assert gains[0] > 0.5
    assert gains[1] < -0.5


def test_too_few_bytes_and_damaged_files_are_refused(coder):
    with pytest.raises(TargetError, match="30 bytes are too few"):
        coder.of_size(PIXELS, 30)
    data = coder.encode(PIXELS, 100)
    for damaged in (b"", data[:5], data[:-40], data[:6] + b"\xff" * 60 + data[66:]):
        with pytest.raises(PictureError, match="the file is damaged"):
            coder.decode(damaged)


def test_the_command_tells_what_the_map_is_worth(foveate, tmp_path):
    write_scenes(tmp_path / "set", count=1)
    images = tmp_path / "set" / "images"
    words = ("reproduce", "vector-quantiser", "--training", images, "--images", images)
    seen = ("--fixations", tmp_path / "set" / "fixations", "--map", "centre", "--words", "4")
    shown = foveate(*words, *seen, "--save", "record.json")
    assert "vector quantiser, no map" in shown.out
    record = json.loads(Path("record.json").read_text())
    assert list(record["rows"]) == ["pillow", "mosaic", "vq", "vq-choice", "vq-map"]
    assert "minus_vq" in record["rows"]["vq-map"]["psnr_fix"]
    assert record["rows"]["vq"]["bytes_ratio"]["mean"] <= 1


def test_other_numbers_of_words_are_refused(foveate, tmp_path):
    words = ("reproduce", "vector-quantiser", "--training", tmp_path, "--images", tmp_path)
    refused = foveate(*words, "--words", "12")
    assert refused.code == 2
    assert "--words 12: give a power of two from 2 to 256" in refused.err
