"""Every measure of maps against masks, beside the package that published tables use."""

import warnings

import numpy as np
import pytest
from py_sod_metrics import MAE, Emeasure, Fmeasure, Smeasure, WeightedFmeasure
from scipy.ndimage import gaussian_filter

from foveate_research.metrics.alignment import adaptive_e, e_curve
from foveate_research.metrics.f_measure import (
    adaptive_f,
    max_f_of_mean_curve,
    mean_f,
    precision_recall_curve,
    weighted_f,
)
from foveate_research.metrics.masks import mean_absolute_error
from foveate_research.metrics.structure import s_measure

RNG = np.random.default_rng(11)


def blob(height, width, seed):
    rng = np.random.default_rng(seed)
    return gaussian_filter(rng.standard_normal((height, width)), 4) > 0.02


def levels(values):
    return np.rint(255 * values).astype(np.uint8)


def near(mask, seed):
    """A map that resembles a mask."""
    rng = np.random.default_rng(seed)
    return np.clip(gaussian_filter(mask.astype(float), 3) + 0.1 * rng.random(mask.shape), 0, 1)


MASK = blob(50, 70, 1)
DOT = np.zeros((30, 41), dtype=bool)
DOT[28, 39] = True
CASES = {
    "random map": (levels(RNG.random((50, 70))), MASK),
    "map like the mask": (levels(near(MASK, 2)), MASK),
    "the mask itself": (levels(MASK.astype(float)), MASK),
    "the opposite": (levels(1.0 - MASK), MASK),
    "narrow range": (levels(0.4 + 0.2 * RNG.random((50, 70))), MASK),
    "empty mask": (levels(RNG.random((50, 70))), np.zeros((50, 70), dtype=bool)),
    "full mask": (levels(RNG.random((50, 70))), np.ones((50, 70), dtype=bool)),
    "flat map": (np.full((50, 70), 90, dtype=np.uint8), MASK),
    "black map": (np.zeros((50, 70), dtype=np.uint8), MASK),
    "white map": (np.full((50, 70), 255, dtype=np.uint8), MASK),
    "black map, empty mask": (np.zeros((50, 70), dtype=np.uint8), np.zeros((50, 70), dtype=bool)),
    "one pixel near the corner": (levels(RNG.random((30, 41))), DOT),
    "two values": (levels(blob(50, 70, 3).astype(float)), MASK),
}


def published(kind, saliency, mask):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measure = kind()
        measure.step(saliency, np.where(mask, 255, 0).astype(np.uint8))
        return measure.get_results()


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request):
    return request.param


def test_f_and_the_precision_recall_curve(case):
    expected = published(Fmeasure, *case)
    found = precision_recall_curve(*case)
    assert found.f == pytest.approx(expected["fm"]["curve"], abs=1e-4)
    assert found.precision == pytest.approx(expected["pr"]["p"], abs=1e-4)
    assert found.recall == pytest.approx(expected["pr"]["r"], abs=1e-4)
    assert adaptive_f(*case) == pytest.approx(expected["fm"]["adp"], abs=1e-4)


def test_mean_absolute_error(case):
    expected = published(MAE, *case)["mae"]
    assert mean_absolute_error(*case) == pytest.approx(expected, abs=1e-4)


def test_weighted_f(case):
    expected = published(WeightedFmeasure, *case)["wfm"]
    assert weighted_f(*case) == pytest.approx(expected, abs=1e-4)


def test_s_measure(case):
    assert s_measure(*case) == pytest.approx(published(Smeasure, *case)["sm"], abs=1e-4)


def test_e_measure(case):
    expected = published(Emeasure, *case)["em"]
    assert e_curve(*case) == pytest.approx(expected["curve"], abs=1e-4)
    assert adaptive_e(*case) == pytest.approx(expected["adp"], abs=1e-4)


def test_max_and_mean_f_of_a_set_are_of_the_mean_curve():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measure = Fmeasure()
    curves = []
    for seed in range(5):
        mask = blob(40, 60, seed)
        saliency = levels(near(mask, seed + 100) * RNG.random())
        measure.step(saliency, np.where(mask, 255, 0).astype(np.uint8))
        curves.append(precision_recall_curve(saliency, mask).f)
    expected = measure.get_results()["fm"]["curve"]
    assert max_f_of_mean_curve(curves) == pytest.approx(expected.max(), abs=1e-4)
    assert mean_f(curves) == pytest.approx(expected.mean(), abs=1e-4)


def test_maps_of_floats_are_measured_as_they_are():
    saliency = near(MASK, 5)
    stretched = (saliency - saliency.min()) / (saliency.max() - saliency.min())
    measure = Smeasure()
    measure.step(stretched, MASK, normalize=False)
    assert s_measure(saliency, MASK) == pytest.approx(measure.get_results()["sm"], abs=1e-9)


def test_an_object_in_the_last_corner_leaves_three_parts_empty():
    # pysodmetrics gives NaN here: it takes the mean of the empty parts
    corner = np.zeros((30, 41), dtype=bool)
    corner[29, 40] = True
    assert 0.9 < s_measure(corner.astype(float), corner) <= 1
