"""The squares of a picture that are shown close up: the most salient ones, and the least salient.

The least salient square is there so that a reader sees the background too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.saliency import SaliencyMap

SMALL_SIDE_PX, LARGE_SIDE_PX = 128, 256
LARGE_PIXELS = 2_000_000
"""From this size on, squares have the large side: a small one would show too little."""

_MOST_SALIENT = 3
_CELLS = 8  # A square's side has this many cells; squares begin at cells.
# The corners of two squares are this many cells apart along at least one axis; the additional cell
# allows for rounding to pixels.
_APART = _CELLS + 1


@dataclass(frozen=True)
class Spot:
    """A square of a picture. `x` and `y` are its upper left corner; all three are in pixels."""

    x: int
    y: int
    side: int
    salience: float
    """The map's mean over the square, in [0, 1]."""
    most: bool
    """Whether the square is one of the most salient; otherwise it is the least salient one."""

    def of(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The square cut out of a picture's pixels: (side, side, 3) or (side, side)."""
        return pixels[self.y : self.y + self.side, self.x : self.x + self.side]


def salient_spots(saliency: SaliencyMap) -> list[Spot]:
    """At most three squares where the map is highest, then one where the map is lowest.

    The most salient square comes first; of equal ones, the one nearest to the centre. Squares do
    not overlap, so a small picture may have only one. A flat map has no least salient square.
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

    while len(spots) < _MOST_SALIENT and free.any():
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
