"""All metrics at once: what each function says, under its own name, in the list's order."""

from __future__ import annotations

import numpy as np
import pytest
from quality_pictures import picture, spoiled

from foveate.metrics import quality

NAMES = [metric.name for metric in quality.METRICS]


def test_every_metric_is_a_function_of_its_name() -> None:
    assert all(callable(getattr(quality, name)) for name in NAMES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("grey", [False, True])
def test_measure_says_what_each_function_says(grey: bool) -> None:
    original = picture(70, 90)
    copy = spoiled(original)
    if grey:
        original, copy = original[..., 0], copy[..., 0]
    saliency = np.random.default_rng(0).random((70, 90))
    found = quality.measure(original, copy, data_range=255, saliency=saliency)
    assert list(found) == NAMES
    for name, value in found.items():
        more = (saliency,) if name == "psnr_s" else ()
        expected = getattr(quality, name)(original, copy, *more, data_range=255)
        assert value == pytest.approx(expected, rel=1e-9), name


def test_measure_pooled_says_what_each_pooled_function_says() -> None:
    original = picture(70, 90)
    copy = spoiled(original)
    weights = np.random.default_rng(0).random((70, 90))
    found = quality.measure_pooled(original, copy, weights, data_range=255)
    assert list(found) == [metric.name for metric in quality.METRICS if metric.pools]
    for name, value in found.items():
        alone = getattr(quality, name)(original, copy, data_range=255, weights=weights)
        assert value == pytest.approx(alone, rel=1e-9), name


def test_only_the_named_are_measured_in_the_lists_order() -> None:
    original = picture(20, 20)
    found = quality.measure(original, original, data_range=255, names=["ssim", "psnr_y"])
    assert list(found) == ["psnr_y", "ssim"]


def test_without_a_map_there_is_no_psnr_s() -> None:
    original = picture(20, 20)
    found = quality.measure(original, original, data_range=255)
    assert list(found) == [name for name in NAMES if name != "psnr_s"]
    with pytest.raises(ValueError, match="cannot measure psnr_s"):
        quality.measure(original, original, data_range=255, names=["psnr_s"])


def test_an_unknown_metric_is_told_with_those_known() -> None:
    original = picture(20, 20)
    with pytest.raises(ValueError, match="cannot measure beauty here; choose from psnr_y"):
        quality.measure(original, original, data_range=255, names=["beauty"])
