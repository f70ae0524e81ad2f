"""The authors' released quality rules."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from coded_scenes import a_scene
from foveate.coders.jpeg.tables import tables_at
from foveate.coders.plain.pillow_jpeg import pillow_jpeg, plain_jpeg
from foveate_research.coders.released_mosaic import encode_released, pixel_qualities


def test_rule_3_gives_each_decile_ten_more_and_the_top_two_100():
    values = np.linspace(0, 1, 1000, dtype=np.float32).reshape(10, 100)
    found = pixel_qualities(values, 3)
    qualities, counts = np.unique(found, return_counts=True)
    assert qualities.tolist() == [20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert counts.tolist() == [100] * 8 + [200]
    assert (np.diff(found.ravel().astype(int)) >= 0).all()


def test_rule_6_gives_80_below_the_median_and_100_from_it_on():
    values = np.arange(9, dtype=np.float32).reshape(3, 3)
    assert pixel_qualities(values, 6).tolist() == [[80, 80, 80], [80, 100, 100], [100, 100, 100]]


@pytest.mark.parametrize("rule", [3, 6])
def test_the_final_quality_is_the_first_from_90_down_that_is_at_most_1_per_cent_larger(rule):
    scene = a_scene()
    plain = len(plain_jpeg(scene.pixels, 50))
    made = encode_released(scene.pixels, scene.saliency.values, rule=rule, plain_bytes=plain)
    assert len(made.data) <= 1.01 * plain
    with Image.open(io.BytesIO(made.data)) as image:
        luma = tables_at(made.final_quality)[0].reshape(64).tolist()
        assert list(image.quantization[0]) == luma
    assert made.salient_quality > made.other_quality


def test_pixels_not_blocks_are_picked():
    scene = a_scene()
    values = np.zeros(scene.pixels.shape[:2], np.float32)
    values[:, ::2] = 1  # every other column: no block is of one quality
    made = encode_released(scene.pixels, values, rule=6, plain_bytes=10**9)
    fine, coarse = (
        np.asarray(Image.open(io.BytesIO(pillow_jpeg(Image.fromarray(scene.pixels), quality=q))))
        for q in (100, 80)
    )
    mixed = np.where((values > 0)[..., None], fine, coarse)
    assert made.data == pillow_jpeg(Image.fromarray(mixed), quality=90)


def test_where_nothing_fits_the_file_of_quality_21_is_given():
    scene = a_scene()
    made = encode_released(scene.pixels, scene.saliency.values, rule=3, plain_bytes=10)
    assert made.final_quality == 21
