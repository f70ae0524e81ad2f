"""Where people look whatever the picture: the prior that a map has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SIGMA_PX = 35.0
"""About a degree of sight in the sets of the MIT benchmark."""

LEAST_SIGMA = 0.02  # of a side: a few fixations in one spot make no prior


@dataclass(frozen=True)
class CentrePrior:
    """A Gaussian: its centre and its standard deviations as shares of the picture's sides."""

    x: float
    y: float
    sigma_x: float
    sigma_y: float

    def logarithm(self, height: int, width: int) -> Floats:
        """(height, width) natural logarithm of the density, up to a constant; 0 at the peak."""
        across = ((np.arange(width) + 0.5) / width - self.x) / self.sigma_x
        down = ((np.arange(height) + 0.5) / height - self.y) / self.sigma_y
        return np.asarray(-0.5 * (down[:, None] ** 2 + across[None] ** 2))

    def density(self, height: int, width: int) -> Floats:
        """(height, width), of sum 1."""
        values = np.exp(self.logarithm(height, width))
        return np.asarray(values / values.sum())


def centred_gaussian(height: int, width: int, *, sigma_px: float = SIGMA_PX) -> Floats:
    """(height, width), of sum 1: a Gaussian in the middle of the picture, as wide as it is high."""
    return CentrePrior(0.5, 0.5, sigma_px / width, sigma_px / height).density(height, width)


def relative_points(points: npt.ArrayLike, height: int, width: int) -> Floats:
    """(N, 2) pixels x, y as shares 0..1 of the sides, measured to the pixels' middles."""
    places = np.asarray(points, dtype=np.float64)
    return np.asarray((places + 0.5) / [width, height])


def fit_centre_prior(points: npt.ArrayLike) -> CentrePrior:
    """The Gaussian of the mean and spread of fixations, (N, 2) shares of their pictures' sides."""
    places = np.asarray(points, dtype=np.float64)
    if len(places) < 2:
        raise ValueError("a prior needs two fixations or more")
    return _of_moments(len(places), places.sum(axis=0), (places**2).sum(axis=0))


def priors_from_the_others(points: Sequence[npt.ArrayLike]) -> list[CentrePrior]:
    """For each picture the Gaussian of all other pictures' fixations, (N, 2) shares of sides."""
    pictures = [np.asarray(places, dtype=np.float64) for places in points]
    sums = [(len(p), p.sum(axis=0), (p**2).sum(axis=0)) for p in pictures]
    count = sum(entry[0] for entry in sums)
    first = np.sum([entry[1] for entry in sums], axis=0)
    second = np.sum([entry[2] for entry in sums], axis=0)
    if any(count - entry[0] < 2 for entry in sums):
        raise ValueError("a prior from other pictures needs two fixations or more in them")
    return [_of_moments(count - n, first - a, second - b) for n, a, b in sums]


def _of_moments(count: int, first: Floats, second: Floats) -> CentrePrior:
    """From the count, the sums and the sums of squares of x and y."""
    mean = first / count
    sigma = np.maximum(np.sqrt(np.maximum(second / count - mean**2, 0)), LEAST_SIGMA)
    return CentrePrior(float(mean[0]), float(mean[1]), float(sigma[0]), float(sigma[1]))
