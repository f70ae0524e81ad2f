"""Measuring where people look, and fitting maps to a set."""

import numpy as np
import pytest

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.maps.calibration import fit_calibrations
from foveate_research.maps.fixations import (
    CENTRE,
    HUMANS,
    OTHERS,
    FixationOptions,
    fitted_name,
    measure_fixations,
)
from foveate_research.metrics.fixations import fixation_density, nss

HEIGHT, WIDTH = 48, 64


def watched(count=6, viewers=4, seed=3, spread=4.0):
    """Pictures with a bright spot at which every viewer looks."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(count):
        x, y = rng.integers(12, WIDTH - 12), rng.integers(12, HEIGHT - 12)
        at = rng.normal([x, y], spread, (5 * viewers, 2))
        at = np.clip(at, 0, [WIDTH - 1, HEIGHT - 1]).astype(np.int16)
        fixations = np.insert(at, 0, np.repeat(np.arange(viewers), 5), axis=1)
        pixels = np.full((HEIGHT, WIDTH, 3), 20, dtype=np.uint8)
        pixels[y - 3 : y + 4, x - 3 : x + 4] = 240
        found.append(AttentionPicture(f"p{index}", pixels, fixations=fixations))
    return found


def spot(pixels):
    """A density around the bright spot."""
    places = np.argwhere(pixels[..., 0] > 200)[:, ::-1]
    density = fixation_density(places, HEIGHT, WIDTH, sigma_px=4)
    return density / density.max()


def test_a_good_map_lies_between_the_centre_and_viewers_who_agree():
    found = measure_fixations(watched(), {"spot": spot})
    assert list(found) == ["spot", CENTRE, OTHERS, HUMANS]
    means = {
        name: {metric: e.mean for metric, e in scores.estimates().items()}
        for name, scores in found.items()
    }
    assert means["spot"]["nss"] > means[OTHERS]["nss"]
    assert means["spot"]["shuffled_auc"] > 0.85
    assert means[CENTRE]["information_gain"] == 0
    assert means[OTHERS]["information_gain_others"] == 0
    assert means["spot"]["information_gain_others"] > 0.5
    assert set(means[HUMANS]) == {
        "nss",
        "auc_judd",
        "shuffled_auc",
        "information_gain",
        "information_gain_others",
    }


def test_the_numbers_are_the_metrics_own():
    pictures = watched(3)
    found = measure_fixations(pictures, {"spot": spot})
    expected = [nss(spot(p.pixels), p.fixations[:, 1:3]) for p in pictures]
    assert found["spot"].numbers["nss"] == pytest.approx(expected, rel=1e-4)


def test_density_maps_have_no_metrics_of_points():
    density = np.zeros((12, 16), dtype=np.uint8)
    density[4:8, 4:8] = 255
    picture = AttentionPicture("a", np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8), density=density)
    found = measure_fixations([picture], {"spot": lambda _: density / 255.0})
    assert set(found) == {"spot", CENTRE}
    estimates = found["spot"].estimates()
    assert set(estimates) == {"cc", "sim", "kl"}
    assert estimates["cc"].mean == pytest.approx(1, abs=0.05)


def test_the_viewers_row_needs_viewers_who_are_told_apart():
    alone = [
        AttentionPicture(p.key, p.pixels, fixations=p.fixations * np.array([0, 1, 1], np.int16))
        for p in watched(3)
    ]
    assert HUMANS not in measure_fixations(alone, {"spot": spot})


def test_a_picture_that_nobody_looked_at_is_left_out():
    pictures = watched(3)
    empty = AttentionPicture("e", pictures[0].pixels, fixations=np.zeros((0, 3), np.int16))
    found = measure_fixations([*pictures, empty], {"spot": spot})
    assert found["spot"].keys == ["p0", "p1", "p2"]


def test_a_set_without_fixations_is_refused():
    bare = AttentionPicture("a", np.zeros((8, 8, 3), dtype=np.uint8))
    with pytest.raises(DatasetError, match="a has neither fixations nor a density map"):
        measure_fixations([bare], {"spot": spot})


def test_the_stated_sigma_is_the_one_that_gains_are_measured_beyond():
    narrow = FixationOptions(prior_sigma_px=5)
    wide = FixationOptions(prior_sigma_px=50)
    gains = [
        measure_fixations(watched(), {"spot": spot}, options=options)["spot"]
        .estimates()["information_gain"]
        .mean
        for options in (narrow, wide)
    ]
    assert gains[0] > gains[1]


# Fitting


def test_a_map_that_is_too_sharp_is_made_wider_on_the_training_part():
    def sharp(pixels):
        return spot(pixels) ** 4

    fitted = fit_calibrations(watched(20, seed=1), {"sharp": sharp, "spot": spot})
    assert fitted["sharp"].temperature < fitted["spot"].temperature
    found = measure_fixations(watched(10, seed=2), {"sharp": sharp}, calibrations=fitted)
    before = found["sharp"].estimates()["information_gain"].mean
    after = found[fitted_name("sharp")].estimates()["information_gain"].mean
    assert after > before + 0.5


def test_a_set_whose_viewers_keep_to_the_middle_gets_a_centre():
    rng = np.random.default_rng(0)
    pictures = []
    for picture in watched(20, seed=4):
        centred = rng.normal([WIDTH / 2, HEIGHT / 2], 5, (len(picture.fixations), 2))
        fixations = picture.fixations.copy()
        fixations[:, 1:3] = centred
        pictures.append(AttentionPicture(picture.key, picture.pixels, fixations=fixations))
    fitted = fit_calibrations(pictures, {"spot": spot})["spot"]
    assert fitted.centre_weight > 0.7
    assert abs(fitted.temperature) < 0.3


def test_a_fitted_map_is_a_density():
    fitted = fit_calibrations(watched(5), {"spot": spot})["spot"]
    assert fitted.density(np.zeros((9, 7))).sum() == pytest.approx(1)
    assert fitted.to_dict()["pictures"] == 5


def test_fitting_needs_points():
    bare = AttentionPicture("a", np.zeros((8, 8, 3), dtype=np.uint8), density=np.ones((8, 8)))
    with pytest.raises(DatasetError, match="a has no fixations"):
        fit_calibrations([bare], {"spot": spot})
