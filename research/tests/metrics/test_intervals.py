"""Intervals over pictures."""

import numpy as np
import pytest
from scipy import stats

from foveate_research.intervals import (
    mean_estimate,
    paired_difference,
    resampled_means,
    statistic_estimate,
)

RNG = np.random.default_rng(5)


def test_the_interval_of_a_mean_is_scipys():
    values = RNG.gamma(2, size=120)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    found = mean_estimate(values, resamples=20000)
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(expected.low, abs=0.01)
    assert found.high == pytest.approx(expected.high, abs=0.01)


def test_the_same_numbers_have_the_same_interval():
    values = RNG.random(30)
    assert mean_estimate(values) == mean_estimate(values)


def test_a_constant_has_no_width():
    assert mean_estimate([2.0, 2.0, 2.0]) == statistic_estimate([2.0, 2.0, 2.0], float)


def test_pairs_of_the_same_pictures_have_a_narrower_interval_than_their_parts():
    base = RNG.normal(size=200)
    better = base + 0.1 + 0.01 * RNG.normal(size=200)
    difference = paired_difference(better, base)
    assert difference.low > 0
    assert difference.high - difference.low < 0.01
    with pytest.raises(ValueError, match="different pictures"):
        paired_difference(better, base[:-1])


def test_a_statistic_of_the_mean_curve_is_taken_within_each_resample():
    curves = RNG.random((40, 16))
    found = statistic_estimate(curves, lambda curve: float(curve.max()), resamples=300)
    assert found.mean == pytest.approx(curves.mean(axis=0).max())
    assert found.low < found.high
    assert resampled_means(curves, resamples=300).shape == (300, 16)


def test_no_pictures_give_no_interval():
    with pytest.raises(ValueError, match="no pictures"):
        mean_estimate([])
