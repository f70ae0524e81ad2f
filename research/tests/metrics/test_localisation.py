"""Maps that point at objects."""

import numpy as np
import pytest

from foveate_research.metrics.localisation import energy_in_mask, pointing_game

RNG = np.random.default_rng(2)
REGION = np.zeros((12, 16), dtype=bool)
REGION[3:7, 4:10] = True


def peak_at(x, y):
    saliency = np.zeros((12, 16))
    saliency[y, x] = 1
    return saliency


def test_the_pointing_game_is_won_by_a_peak_in_the_region():
    assert pointing_game(peak_at(5, 4), REGION)
    assert not pointing_game(peak_at(12, 4), REGION)


def test_a_flat_map_points_at_nothing_small():
    assert not pointing_game(np.ones((12, 16)), REGION)
    assert pointing_game(np.ones((12, 16)), ~REGION)


def test_energy_in_mask_is_the_share_of_the_sum():
    saliency = RNG.random((12, 16))
    expected = saliency[REGION].sum() / saliency.sum()
    assert energy_in_mask(saliency, REGION) == pytest.approx(expected)
    assert energy_in_mask(np.zeros((12, 16)), REGION) == pytest.approx(REGION.mean())
