"""What every metric promises of any two pictures: sizes, identity, flatness, range, no NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from quality_pictures import picture, spoiled

from foveate.metrics import quality

PLAIN = [metric for metric in quality.METRICS if not metric.needs_map]
METRICS = [pytest.param(getattr(quality, metric.name), id=metric.name) for metric in PLAIN]
BEST = {
    "ssim": 1.0,
    "ms_ssim": 1.0,
    "vifp": 1.0,
    "ssimulacra2": 100.0,
    **{metric.name: 0.0 for metric in PLAIN if metric.lower_is_better},
}
ASYMMETRIC = ("vifp", "ssimulacra2", "butteraugli", "butteraugli_max")
SIZES = [(1, 1), (1, 30), (30, 1), (7, 9), (8, 8), (10, 12), (33, 70), (16, 41)]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", SIZES)
def test_any_size_gives_a_number(metric, size: tuple[int, int]) -> None:
    original = picture(*size)
    assert math.isfinite(metric(original, 255 - original, data_range=255))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [*SIZES, (200, 230)])
def test_identical_pictures_are_as_good_as_can_be(metric, size: tuple[int, int]) -> None:
    original = picture(*size)
    assert metric(original, original, data_range=255) == BEST.get(metric.__name__, math.inf)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [(1, 1), (24, 24), (50, 9), (190, 200)])
@pytest.mark.parametrize("levels", [(0, 0), (255, 255), (0, 255), (10, 11), (255, 254)])
def test_flat_pictures_give_no_nan(metric, size, levels: tuple[int, int]) -> None:
    flat = [np.full(size, level, np.uint8) for level in levels]
    value = metric(*flat, data_range=255)
    assert not math.isnan(value)
    if levels[0] == levels[1]:
        assert value == BEST.get(metric.__name__, math.inf)


@pytest.mark.parametrize("metric", METRICS)
def test_a_flat_copy_gives_no_nan(metric) -> None:
    original = picture(190, 200)
    assert math.isfinite(metric(original, np.full_like(original, 127), data_range=255))
    assert math.isfinite(metric(np.full_like(original, 127), original, data_range=255))


@pytest.mark.parametrize("metric", PLAIN, ids=lambda metric: metric.name)
def test_less_noise_is_better(metric) -> None:
    original = picture(100, 120)
    function = getattr(quality, metric.name)
    values = [function(original, spoiled(original, sigma), data_range=255) for sigma in (1, 6, 25)]
    assert values == sorted(values, reverse=not metric.lower_is_better)


@pytest.mark.parametrize("metric", METRICS)
def test_only_samples_relative_to_the_data_range_matter(metric) -> None:
    original = picture(64, 50)
    copy = spoiled(original)
    expected = metric(original, copy, data_range=255)
    assert metric(original / 255, copy / 255, data_range=1) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_a_grey_picture_is_three_equal_channels(metric) -> None:
    original = picture(60, 70)[..., 1]
    copy = spoiled(original)
    colours = [np.repeat(plane[..., None], 3, axis=2) for plane in (original, copy)]
    expected = metric(*colours, data_range=255)
    assert metric(original, copy, data_range=255) == pytest.approx(expected, rel=1e-9)


@given(
    arrays.arrays(np.uint8, (13, 15)),
    arrays.arrays(np.uint8, (13, 15)),
    st.sampled_from([m.name for m in PLAIN if m.name not in ASYMMETRIC]),
)
def test_metrics_of_errors_are_symmetric(first: np.ndarray, second: np.ndarray, name) -> None:
    metric = getattr(quality, name)
    there = metric(first, second, data_range=255)
    assert metric(second, first, data_range=255) == pytest.approx(there, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_pictures_of_two_sizes_are_refused(metric) -> None:
    with pytest.raises(ValueError, match="sizes differ"):
        metric(picture(8, 9), picture(9, 8), data_range=255)
