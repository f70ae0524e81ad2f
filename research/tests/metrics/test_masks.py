"""Maps against masks of objects."""

import warnings

import numpy as np
import pytest
from py_sod_metrics import Fmeasure

from foveate_research.metrics.masks import (
    adaptive_f,
    cut_to_levels,
    f_of,
    object_pixels,
    rates_at_levels,
    rounded_to_levels,
    stretched,
)

MASK = np.zeros((10, 10), dtype=np.uint8)
MASK[2:6, 2:7] = 255


def rates(saliency, levels=rounded_to_levels):
    return rates_at_levels(levels(stretched(saliency)), object_pixels(MASK))


def test_the_mask_itself_is_a_perfect_map():
    precision, recall = rates(MASK)
    assert f_of(precision, recall).max() == pytest.approx(1)
    assert np.array_equal(stretched(MASK), object_pixels(MASK))


@pytest.mark.parametrize("levels", [rounded_to_levels, cut_to_levels])
def test_precision_and_recall_at_each_threshold_count_pixels(levels):
    saliency = np.random.default_rng(0).random((10, 10))
    saliency[0, 0], saliency[9, 9] = 0, 1
    precision, recall = rates(saliency, levels)
    whole = np.rint(saliency * 255) if levels is rounded_to_levels else np.floor(saliency * 255)
    for index, threshold in enumerate(range(255, -1, -1)):
        chosen = whole >= threshold
        hits = (chosen & (MASK > 0)).sum()
        assert precision[index] == pytest.approx(hits / max(chosen.sum(), 1))
        assert recall[index] == pytest.approx(hits / 20)


def test_a_map_of_everything_has_the_objects_share_as_precision():
    precision, recall = rates(np.full((10, 10), 0.5))
    assert precision[-1] == pytest.approx(0.2)
    assert recall[-1] == 1


def test_f_weighs_precision_by_beta_squared():
    # half of the object found, nothing else: precision 1, recall 1/2
    saliency = np.zeros((10, 10))
    saliency[2:4, 2:7] = 1
    expected = 1.3 * 1 * 0.5 / (0.3 * 1 + 0.5)
    assert f_of(*rates(saliency)).max() == pytest.approx(expected)


def test_maps_are_stretched():
    assert stretched(MASK / 255 * 0.2 + 0.4) == pytest.approx(MASK / 255)


@pytest.mark.parametrize("seed", range(6))
def test_f_is_that_of_pysodmetrics(seed):
    rng = np.random.default_rng(seed)
    values, inside = stretched(rng.random((30, 41))), rng.random((30, 41)) > 0.6
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the class is to be renamed
        theirs = Fmeasure()
    theirs.step(values, inside, normalize=False)
    expected = theirs.get_results()
    precision, recall = rates_at_levels(cut_to_levels(values), inside)
    assert precision == pytest.approx(expected["pr"]["p"], abs=1e-9)
    assert recall == pytest.approx(expected["pr"]["r"], abs=1e-9)
    assert f_of(precision, recall) == pytest.approx(expected["fm"]["curve"], abs=1e-9)
    assert adaptive_f(values, inside) == pytest.approx(expected["fm"]["adp"], abs=1e-9)
