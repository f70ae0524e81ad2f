"""From a network's density of fixations to one that steers: as broad as people and pictures vary.

A density that scores best by its peaks steers worse than a broader one: a coder needs the fifth of
a picture that people look at most, on pictures unlike those that the network learnt from too. So
the map is a mixture: where the network says, blurred by about a degree of sight; a broad copy of
that, for what lies around; and a share of the centre, which decides where the network says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.models.baselines import centred_gaussian

Density = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Readout:
    """What a density is mixed of.

    sharp, broad: standard deviations of two blurs, as shares of the picture's longer side.
    broad_share, centre_share: of the mixture that are the broad blur and the centred Gaussian.
    """

    sharp: float
    broad: float
    broad_share: float
    centre_share: float


READOUT = Readout(sharp=0.03, broad=0.12, broad_share=0.3, centre_share=0.05)
"""Chosen on pictures that foveate-s did not learn from: `results/steering-fit.json`."""


def read_out(density: Density, readout: Readout = READOUT) -> Density:
    """The mixture made of a density (h, w) of mean 1, of mean 1 again.

    A flat density gives the centred Gaussian above a constant: its ranks are those of the centre.
    """
    return mixed(spread(density, readout.sharp), spread(density, readout.broad), readout=readout)


def mixed(sharp: Density, broad: Density, *, readout: Readout) -> Density:
    """The mixture of both blurs of a density and of the centre, all of mean 1."""
    centre = centred_gaussian(*sharp.shape)
    centre /= centre.mean()
    sharp_share = 1 - readout.broad_share - readout.centre_share
    parts = sharp_share * sharp + readout.broad_share * broad + readout.centre_share * centre
    return np.asarray(parts, dtype=np.float32)


def spread(density: Density, sigma: float) -> Density:
    """A density (h, w) blurred by a Gaussian; sigma is a share of the longer side.

    Nothing is lost over the borders: they reflect.
    """
    cells = sigma * max(density.shape)
    if cells == 0:
        return density
    return gaussian_blurred(density, cells, radius=ceil(3 * cells), edges="symmetric")
