"""Maps against fixations and densities, held against independent formulas and known values."""

import numpy as np
import pytest
from scipy import stats

from foveate_research.metrics.fixations import (
    auc_judd,
    correlation,
    kl_divergence,
    nss,
    similarity,
)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_nss_is_the_mean_z_score_at_the_points(rng):
    saliency = rng.random((20, 30))
    points = np.array([[3, 4], [29, 19], [0, 0], [3, 4]])
    expected = stats.zscore(saliency, axis=None)[points[:, 1], points[:, 0]].mean()
    assert nss(saliency, points) == pytest.approx(expected)


def test_nss_does_not_change_with_the_maps_scale_and_offset(rng):
    saliency = rng.random((20, 30))
    points = rng.integers(0, 20, (8, 2))
    assert nss(7 * saliency - 3, points) == pytest.approx(nss(saliency, points))


def test_a_flat_map_scores_zero_by_nss_and_half_by_auc():
    points = np.array([[1, 1], [5, 2]])
    assert nss(np.full((8, 8), 0.3), points) == 0
    assert auc_judd(np.full((8, 8), 0.3), points) == pytest.approx(0.5, abs=0.03)


def test_auc_judd_is_the_rank_statistic_of_fixated_against_other_pixels(rng):
    saliency = rng.random((16, 16))
    chosen = rng.choice(256, 12, replace=False)
    points = np.stack([chosen % 16, chosen // 16], axis=1)
    inside = saliency.ravel()[chosen]
    outside = np.delete(saliency.ravel(), chosen)
    expected = stats.mannwhitneyu(inside, outside).statistic / (inside.size * outside.size)
    assert auc_judd(saliency, points) == pytest.approx(expected, abs=0.05)


def test_a_map_that_is_highest_at_every_point_has_an_auc_of_almost_one():
    saliency = np.zeros((40, 40))
    saliency[10, 20] = saliency[30, 5] = 1
    assert auc_judd(saliency, [[20, 10], [5, 30]]) > 0.99


def test_correlation_is_pearsons(rng):
    first, second = rng.random((9, 7)), rng.random((9, 7))
    expected = stats.pearsonr(first.ravel(), second.ravel()).statistic
    assert correlation(first, second) == pytest.approx(expected)


def test_correlation_with_a_flat_map_is_zero(rng):
    assert correlation(np.ones((4, 4)), rng.random((4, 4))) == 0


def test_kl_divergence_is_the_relative_entropy_of_the_seen_density(rng):
    predicted, seen = rng.random((9, 7)) + 0.1, rng.random((9, 7))
    expected = stats.entropy(seen.ravel(), predicted.ravel())
    assert kl_divergence(predicted, seen) == pytest.approx(expected)


def test_similarity_is_one_for_the_same_shape_and_zero_without_overlap():
    left, right = np.zeros((4, 4)), np.zeros((4, 4))
    left[0], right[3] = 2, 5
    assert similarity(left, 3 * left) == pytest.approx(1)
    assert similarity(left, right) == 0


def test_points_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="points must be"):
        nss(np.eye(4), np.zeros((0, 2)))
