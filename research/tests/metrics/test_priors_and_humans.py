"""Shuffled AUC, information gain, centre priors, and what viewers tell of each other."""

import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter

from foveate_research.metrics.centre_prior import (
    centred_gaussian,
    fit_centre_prior,
    priors_from_the_others,
    relative_points,
)
from foveate_research.metrics.fixations import (
    auc_judd,
    fixation_density,
    information_gain,
    nss,
    points_elsewhere,
    shuffled_auc,
)
from foveate_research.metrics.humans import humans_mean, leave_one_out

RNG = np.random.default_rng(9)


def centred_points(count, height=60, width=80):
    x = np.clip(RNG.normal(width / 2, width / 8, count), 0, width - 1)
    y = np.clip(RNG.normal(height / 2, height / 8, count), 0, height - 1)
    return np.stack([x, y], axis=1).astype(np.int64)


# Shuffled AUC


def test_shuffled_auc_is_the_rank_statistic_against_points_elsewhere():
    saliency = np.rint(RNG.random((60, 80)) * 40)
    points, elsewhere = centred_points(30), centred_points(400)
    at_points = saliency[points[:, 1], points[:, 0]]
    others = saliency[elsewhere[:, 1], elsewhere[:, 0]]
    expected = stats.mannwhitneyu(at_points, others).statistic / (at_points.size * others.size)
    found = shuffled_auc(saliency, points, elsewhere, splits=3000)
    assert found == pytest.approx(expected, abs=0.005)


def test_a_map_of_the_centre_gains_by_auc_and_not_by_shuffled_auc():
    centre = centred_gaussian(60, 80, sigma_px=15)
    points, elsewhere = centred_points(200), centred_points(4000)
    assert auc_judd(centre, points) > 0.85
    assert shuffled_auc(centre, points, elsewhere) == pytest.approx(0.5, abs=0.05)


def test_the_same_seed_draws_the_same_negatives():
    saliency, points, elsewhere = RNG.random((60, 80)), centred_points(9), centred_points(50)
    first = shuffled_auc(saliency, points, elsewhere, seed=4)
    assert first == shuffled_auc(saliency, points, elsewhere, seed=4)
    assert first != shuffled_auc(saliency, points, elsewhere, seed=5)


def test_points_elsewhere_lie_at_the_same_shares_of_the_sides():
    points = [np.array([[0, 0], [9, 19]]), np.array([[3, 4]]), np.array([[39, 39]])]
    shapes = [(20, 10), (8, 8), (40, 40)]
    moved = points_elsewhere(points, shapes, 1)
    assert moved.tolist() == [[0, 0], [7, 7], [7, 7]]


# Information gain


def test_a_map_tells_nothing_beyond_itself():
    prior = centred_gaussian(60, 80)
    assert information_gain(prior, centred_points(20), prior) == 0


def test_a_map_twice_as_sure_at_every_point_gains_one_bit():
    uniform = np.ones((10, 10))
    half = np.zeros((10, 10))
    half[:5] = 1
    assert information_gain(half, [[2, 1], [7, 4]], uniform) == pytest.approx(1)


def test_a_maps_zero_costs_a_stated_floor():
    half = np.zeros((10, 10))
    half[:5] = 1
    assert information_gain(half, [[2, 8]], np.ones((10, 10))) == pytest.approx(
        np.log2(1e-12 / 0.01)
    )


# The centre prior


def test_the_35_pixel_gaussian_is_centred_and_sums_to_one():
    prior = centred_gaussian(301, 401)
    assert prior.sum() == pytest.approx(1)
    assert np.unravel_index(prior.argmax(), prior.shape) == (150, 200)
    assert prior[150, 235] / prior[150, 200] == pytest.approx(np.exp(-0.5))
    assert prior[185, 200] / prior[150, 200] == pytest.approx(np.exp(-0.5))


def test_a_fitted_prior_has_the_mean_and_spread_of_the_points():
    places = relative_points(centred_points(2000), 60, 80)
    prior = fit_centre_prior(places)
    assert (prior.x, prior.y) == pytest.approx(places.mean(axis=0))
    assert (prior.sigma_x, prior.sigma_y) == pytest.approx(places.std(axis=0))


def test_each_pictures_prior_is_that_of_the_others():
    pictures = [RNG.random((count, 2)) for count in (5, 9, 7)]
    found = priors_from_the_others(pictures)
    expected = fit_centre_prior(np.concatenate([pictures[0], pictures[2]]))
    assert (found[1].x, found[1].sigma_y) == pytest.approx((expected.x, expected.sigma_y))


def test_one_picture_alone_has_no_prior_from_others():
    with pytest.raises(ValueError, match="other pictures"):
        priors_from_the_others([RNG.random((5, 2))])


# Viewers


def test_a_density_is_the_points_blurred_by_a_gaussian():
    points = np.array([[20, 10], [20, 10], [0, 39], [59, 3]])
    counts = np.zeros((40, 60))
    np.add.at(counts, (points[:, 1], points[:, 0]), 1)
    expected = gaussian_filter(counts, 3, mode="constant")
    assert fixation_density(points, 40, 60, sigma_px=3) == pytest.approx(expected)


def test_each_viewer_is_held_against_all_others():
    fixations = np.array([[0, 10, 10], [1, 50, 30], [1, 51, 30], [2, 11, 10]])
    parts = list(leave_one_out(fixations, 40, 60, sigma_of_width=0.03))
    assert [part.points.tolist() for part in parts] == [
        [[10, 10]],
        [[50, 30], [51, 30]],
        [[11, 10]],
    ]
    assert parts[0].others.sum() == pytest.approx(3, rel=1e-3)
    expected = sum(nss(part.others, part.points) * len(part.points) for part in parts) / 4
    found = humans_mean(fixations, 40, 60, lambda seen, own: {"nss": nss(seen, own)})
    assert found == {"nss": pytest.approx(expected)}


def test_a_single_viewer_cannot_be_held_against_others():
    fixations = np.array([[0, 1, 1], [0, 2, 2]])
    assert humans_mean(fixations, 10, 10, lambda seen, own: {"nss": nss(seen, own)}) == {}
