"""Which squares of a picture to show close up: the most salient, and for fairness the least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.saliency import SaliencyMap

SMALL_SIDE_PX, LARGE_SIDE_PX = 128, 256
LARGE_PIXELS = 2_000_000
"""From this size on a square of 128 pixels would show too little of the picture."""

_CELLS = 8  # along a square's side: how finely squares are placed
_APART = _CELLS + 1  # cells between corners, along one axis at least; one for rounding to pixels


@dataclass(frozen=True)
class Spot:
    """A square of a picture, by its upper left corner, in pixels."""

    x: int
    y: int
    side: int
    salience: float
    """The map's mean over it, in [0, 1]."""
    most: bool
    """Among the most salient; else the least."""

    def of(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The square of a picture's pixels, (side, side, 3) or (side, side)."""
        return pixels[self.y : self.y + self.side, self.x : self.x + self.side]


def salient_spots(saliency: SaliencyMap, *, count: int = 3) -> list[Spot]:
    """At most `count` squares where the map is highest, in that order, then one where it is lowest.

    Squares do not overlap, so that a small picture has fewer, and one at least. Among equals the
    nearest to the centre comes first; a flat map has no least salient square.
    """
    height, width = saliency.height, saliency.width
    side = SMALL_SIDE_PX if height * width < LARGE_PIXELS else LARGE_SIDE_PX
    side = min(side, height, width)
    rows, columns = (max(round(_CELLS * length / side), _CELLS) for length in (height, width))
    means = _window_means(saliency.resized(rows, columns).astype(np.float64))
    y, x = np.mgrid[: means.shape[0], : means.shape[1]]
    off_centre = np.hypot(y - (means.shape[0] - 1) / 2, x - (means.shape[1] - 1) / 2)
    tie_break = 1e-6 * off_centre / max(off_centre.max(), 1)
    free = np.ones(means.shape, dtype=bool)
    spots: list[Spot] = []

    def take(scores: npt.NDArray[np.float64], *, most: bool) -> None:
        row, column = np.unravel_index(np.argmax(np.where(free, scores, -np.inf)), scores.shape)
        free[(np.abs(y - row) < _APART) & (np.abs(x - column) < _APART)] = False
        spots.append(
            Spot(
                x=min(round(column * width / columns), width - side),
                y=min(round(row * height / rows), height - side),
                side=side,
                salience=float(means[row, column]),
                most=most,
            )
        )

    while len(spots) < count and free.any():
        take(means - tie_break, most=True)
    if free.any() and means.max() - means.min() > 1e-6:
        take(-means - tie_break, most=False)
    return spots


def _window_means(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mean of each window of _CELLS x _CELLS cells."""
    sums = np.pad(cells, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    k = _CELLS
    windows = sums[k:, k:] - sums[:-k, k:] - sums[k:, :-k] + sums[:-k, :-k]
    return np.asarray(windows / k**2, np.float64)
