"""Butteraugli is libjxl's, on pictures of any size, and the same on any number of threads."""

from __future__ import annotations

import butteraugli_pictures as pictures
import numpy as np
import pytest
from quality_pictures import picture, spoiled

from foveate import native
from foveate.metrics import quality


@pytest.mark.parametrize(("size", "copy"), pictures.SEEN)
def test_it_is_libjxls(size: str, copy: str) -> None:
    pair = pictures.pair(size, copy)
    largest, norm = pictures.SEEN[size, copy]
    assert quality.butteraugli_max(*pair, data_range=255) == pytest.approx(largest, rel=1e-4)
    assert quality.butteraugli(*pair, data_range=255) == pytest.approx(norm, rel=5e-5)


def test_its_3_norm_is_the_mean_of_three_norms_of_its_map() -> None:
    pair = pictures.pair("odd", "soft")
    seen = quality.error_map("butteraugli", *pair, data_range=255)
    assert seen.shape == pair[0].shape[:2]
    norms = [np.mean(seen.astype(float) ** p) ** (1 / p) for p in (3, 6, 12)]
    assert quality.butteraugli(*pair, data_range=255) == pytest.approx(np.mean(norms))
    assert quality.butteraugli_max(*pair, data_range=255) == seen.max()


@pytest.mark.parametrize("size", [(8, 8), (70, 30), (193, 41), (300, 20)])
def test_the_number_of_threads_changes_nothing(size: tuple[int, int]) -> None:
    original = picture(*size)
    copy = spoiled(original)
    one = native.butteraugli(original, copy, 1)
    for threads in (2, 3, 8):
        np.testing.assert_array_equal(native.butteraugli(original, copy, threads), one)


@pytest.mark.parametrize("turn", [np.fliplr, np.flipud, lambda p: p.transpose(1, 0, 2)])
def test_a_turned_pair_has_the_turned_map(turn) -> None:
    # an even number of pixels a side: of an odd one the half-sized picture takes the last alone
    original, copy = (each[:36, :130] for each in pictures.pair("odd", "steps of 16"))
    seen = quality.error_map("butteraugli", original, copy, data_range=255)
    turned = quality.error_map("butteraugli", turn(original), turn(copy), data_range=255)
    back = turned.T if turned.shape != seen.shape else turn(turned[..., None])[..., 0]
    np.testing.assert_allclose(back, seen, rtol=2e-4, atol=1e-4)


def test_new_structure_is_seen_more_than_lost_structure() -> None:
    flat = np.full((40, 40, 3), 120, np.uint8)
    dotted = flat.copy()
    dotted[::7, ::7] = 150
    gained = quality.butteraugli(flat, dotted, data_range=255)
    assert gained > 1.2 * quality.butteraugli(dotted, flat, data_range=255)


@pytest.mark.parametrize(("height", "width"), [(3, 12), (7, 7), (1, 1), (20, 5)])
def test_a_side_under_8_is_filled_up_with_the_outermost_samples(height: int, width: int) -> None:
    original = picture(height, width)
    copy = spoiled(original)
    missing = [max(8 - side, 0) for side in (height, width)]
    border = [(each // 2, each - each // 2) for each in missing]
    filled = [np.pad(p, [*border, (0, 0)], mode="edge") for p in (original, copy)]
    (top, _), (left, _) = border
    seen = native.butteraugli(*filled)[top : top + height, left : left + width]
    np.testing.assert_array_equal(native.butteraugli(original, copy), seen)


def test_a_grey_copy_of_a_picture_in_colour_has_three_equal_channels() -> None:
    original = picture(30, 30)
    grey = original[..., 1]
    colours = np.repeat(grey[..., None], 3, axis=2)
    assert quality.butteraugli(original, grey, data_range=255) == quality.butteraugli(
        original, colours, data_range=255
    )
