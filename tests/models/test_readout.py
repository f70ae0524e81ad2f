"""How a network's density becomes the map that steers."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.stats import rankdata

from foveate.models.baselines import centred_gaussian
from foveate.models.readout import READOUT, Readout, read_out, spread
from foveate.saliency.weights import ranks

SHAPES = [(88, 112), (112, 88), (40, 160)]


def a_density(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    """Of mean 1, steep as those of the network."""
    rough = np.random.default_rng(seed).standard_normal(shape)
    density = np.exp(2 * gaussian_filter(rough, 4) / gaussian_filter(rough, 4).std())
    return (density / density.mean()).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("share", [0.03, 0.12])
def test_a_spread_is_scipys_gaussian_by_the_longer_side_and_loses_nothing(shape, share):
    density = a_density(shape)
    found = spread(density, share)
    sigma = share * max(shape)
    expected = gaussian_filter(density, sigma, mode="reflect", radius=ceil(3 * sigma))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert found.mean() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_mixture_is_a_density_and_of_the_parts_that_its_readout_says(shape):
    density = a_density(shape)
    found = read_out(density)
    assert found.dtype == np.float32
    assert found.mean() == pytest.approx(1, abs=1e-4)
    centre = centred_gaussian(*shape) / centred_gaussian(*shape).mean()
    rest = 1 - READOUT.broad_share - READOUT.centre_share
    parts = rest * spread(density, READOUT.sharp) + READOUT.centre_share * centre
    parts += READOUT.broad_share * spread(density, READOUT.broad)
    np.testing.assert_allclose(found, parts, rtol=1e-5)


def test_a_network_that_says_nothing_leaves_the_centre():
    found = read_out(np.ones((88, 112), np.float32))
    places = ranks(found.round(5))
    assert np.abs(places - ranks(centred_gaussian(88, 112).round(3))).max() < 0.05
    assert np.ptp(found) > 0.05


def test_an_unsure_density_leans_on_the_centre_more_than_a_sure_one():
    unsure, sure = (a_density((88, 112)) ** power for power in (0.05, 1.5))
    centre = centred_gaussian(88, 112)

    def likeness(density: np.ndarray) -> float:
        found = read_out((density / density.mean()).astype(np.float32))
        return float(np.corrcoef(rankdata(found), rankdata(centre))[0, 1])

    assert likeness(unsure) > 0.5 > likeness(sure)


def test_broadening_ranks_what_lies_around_a_peak_above_what_lies_far():
    density = np.full((88, 112), 0.5, np.float32)
    density[20:24, 20:24] = 200
    density /= density.mean()
    found = read_out(density)
    assert np.unravel_index(found.argmax(), found.shape) in [
        (y, x) for y in (21, 22) for x in (21, 22)
    ]
    around, far = found[12, 20], found[80, 100]
    assert around > 3 * far
    assert read_out(density, Readout(0, 0, 0, 0))[12, 20] == pytest.approx(density[80, 100])


def test_a_mirrored_density_gives_the_mirrored_mixture():
    density = a_density((88, 112))
    np.testing.assert_allclose(read_out(density[:, ::-1]), read_out(density)[:, ::-1], rtol=1e-4)
