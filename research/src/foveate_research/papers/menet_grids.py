"""Figures 1, 4 and 5 of the MEnet paper: grids of pictures, their objects and maps.

Figure 1 shows MEnet's maps beside the true objects, figure 5 those of other methods too. Figure 4
of the paper draws that a learned transformation brings pixels of one kind together and pulls those
of two kinds apart; here the distance from the background in the learned space (equation 5) stands
beside the distance in colour from the true background's mean colour, with nothing learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate_research.maps.measuring import Tick, ignore, maps_of_model, resized
from foveate_research.metrics.masks import object_pixels, stretched
from foveate_research.papers.figures import PANEL_SIDE, Panel, grid, reduced
from foveate_research.papers.menet_sets import MaskSet
from foveate_research.papers.msroi_figures import title_of

MODELS = {
    "menet-figure1": ("menet",),
    "menet-figure4": ("menet",),
    "menet-figure5": (
        *("menet", "menet-ce", "menet-ce-only", "menet-ce-plain"),
        *("foveate-s-mask", "spectral-residual"),
    ),
}
"""Whose maps are drawn where no model is named; those that the registry has."""

Map = npt.NDArray[np.float32]


def drawn(
    name: str, sets: Mapping[str, MaskSet], models: Sequence[str], *, tick: Tick = ignore
) -> Any:
    """A row a picture: the picture, its objects, and each model's map, stretched to 0..1.

    name: a figure of MODELS; figure 4 has the distance in colour before the models' maps.

    Raises:
        ModelError: no such model.
        DatasetError: a set's file cannot be read.
    """
    maps = {title_of(model): maps_of_model(model) for model in models}
    colours = name == "menet-figure4"
    rows = []
    for picture in chain.from_iterable(sets.values()):
        tick(picture.key)
        assert picture.mask is not None  # `menet_sets` opens sets of masks only
        objects = object_pixels(picture.mask)
        found = [make(picture.pixels) for make in maps.values()]
        if colours:
            found.insert(0, distance_in_colour(picture.pixels, objects))
        small = reduced(picture.pixels, 2 * PANEL_SIDE)
        shown = [objects, *map(stretched, found)]
        rows.append([Panel(small), *(Panel(resized(each, *small.shape[:2])) for each in shown)])
    titles = ["picture", "objects", *(["distance in colour"] if colours else []), *maps]
    return grid(rows, titles=titles)


def distance_in_colour(pixels: npt.NDArray[np.uint8], objects: npt.NDArray[np.bool_]) -> Map:
    """(H, W): how far each pixel's colour lies from the mean colour outside of the objects."""
    colours = pixels.astype(np.float32)
    background = colours[~objects] if not objects.all() else colours.reshape(-1, 3)
    return np.asarray(np.linalg.norm(colours - background.mean(axis=0), axis=2), dtype=np.float32)
