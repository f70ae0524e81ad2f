"""Where a smaller window keeps most of what people look at: search by a summed-area table.

A map is taken as a density that is constant in each of its cells. Its summed-area table, bilinear
between the cells' corners, then gives the exact sum over any window, also one that cuts cells.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.saliency.map import SaliencyMap
from foveate.settings import Box

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.floating] | npt.NDArray[np.int64]

MOST_POSITIONS = 1024
"""Tried along each axis: a map has some hundred cells along it, and finer steps gain nothing."""
EDGE = 0.05
"""What lies so close to a window's edge, as a share of the picture's longer side, counts as cut."""
PEAK_EDGE = 0.04
"""A window's edge that is nearer to a peak, as a share of the picture's longer side, cuts it."""
CUT_COST = 0.05
"""The share of the map that cutting the highest peak in its middle may cost; what that loses is
measured by `foveate tune windows`."""
_PEAK_BLUR = 0.02
"""As a share of the longer side: peaks as close together as eyes and mouth of a face are one."""
_TIE = 1e-9
_STEPS = 200
_SHARES = np.arange(0.3, 0.95, 0.1)
"""Sizes of the windows for which a focal point is chosen, as shares of the picture's side."""


@dataclass(frozen=True)
class Window:
    """A box (x, y, width, height) in pixels, and the share of the map that it keeps, in [0, 1]."""

    box: Box
    kept: float


class SummedMap:
    """The summed-area table of a map, from which the share in any window is read.

    Such tables are those of Crow (SIGGRAPH 1984).
    """

    def __init__(self, saliency: SaliencyMap) -> None:
        self.height, self.width = saliency.height, saliency.width
        self._saliency = saliency
        values = saliency.coarse.astype(np.float64)
        total = float(values.sum())
        if total <= 0:
            values, total = np.ones_like(values), float(values.size)
        self._table = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
        self._table[1:, 1:] = (values / total).cumsum(axis=0).cumsum(axis=1)

    def kept(self, box: Box) -> float:
        """The share of the map in a box."""
        x, y, width, height = box
        return float(self._sums(np.array([x]), np.array([y]), width, height)[0, 0])

    def cut(self, box: Box) -> float:
        """The share of the map close to those edges of a box that are not the picture's."""
        x, y, width, height = box
        return float(self._cut(np.array([x]), np.array([y]), width, height)[0, 0])

    def best(
        self,
        width: int,
        height: int,
        *,
        protect: Sequence[Box] = (),
        avoid_cuts: bool = False,
        cut_cost: float = CUT_COST,
    ) -> Window | None:
        """The window of that size that keeps most; None where it cannot hold all protected boxes.

        Of windows that keep the same, the one nearest to the middle of them all is taken. With
        `avoid_cuts` a window rather keeps a little less than have an edge close to a peak of the
        map, as in a face: at most `cut_cost` of the map for each peak that it saves.
        """
        places = []
        for side, length, start, extent in (
            (self.width, width, 0, 2),
            (self.height, height, 1, 3),
        ):
            low = max([0, *(box[start] + box[extent] - length for box in protect)])
            high = min([side - length, *(box[start] for box in protect)])
            if low > high:
                return None
            places.append(_positions(low, high))
        across, down = places
        sums = self._sums(across, down, width, height)
        score = sums
        if avoid_cuts:
            score = sums - cut_cost * self._cut_peaks(across, down, width, height)
        rows, columns = np.nonzero(score >= score.max() - _TIE)
        x, y = across[columns], down[rows]
        nearest = int(np.argmin((x - x.mean()) ** 2 + (y - y.mean()) ** 2))
        box = (int(x[nearest]), int(y[nearest]), width, height)
        return Window(box, float(sums[rows[nearest], columns[nearest]]))

    def smallest(self, share: float, *, cells: int = 40) -> Window:
        """About the smallest box that keeps so much of the map, on a grid of `cells` a side."""
        corners = [
            np.rint(np.linspace(0, side, min(cells, side) + 1)).astype(int)
            for side in (self.width, self.height)
        ]
        table = _along(_along(self._table, corners[1] / self.height, 0), corners[0] / self.width, 1)
        best = Window((0, 0, self.width, self.height), 1.0)
        columns, rows = (len(each) - 1 for each in corners)
        for high in range(1, rows + 1):
            bands = table[high:] - table[:-high]
            # the narrowest box of this height: none narrower than the last has to be tried again
            for wide in range(1, columns + 1):
                found = bands[:, wide:] - bands[:, :-wide]
                row, column = np.unravel_index(int(np.argmax(found)), found.shape)
                if found[row, column] < share:
                    continue
                x, y = int(corners[0][column]), int(corners[1][row])
                right, bottom = int(corners[0][column + wide]), int(corners[1][row + high])
                if (right - x) * (bottom - y) < best.box[2] * best.box[3]:
                    best = Window((x, y, right - x, bottom - y), float(found[row, column]))
                break
        return best

    def focal_point(self) -> tuple[float, float]:
        """x and y in per cent: windows of all sizes around this point keep most, on the average.

        A window that would reach over the picture's edge is moved inside.
        """

        def starts(point: Floats, share: float) -> Floats:
            return np.asarray(np.clip(point - share / 2, 0, 1 - share))

        return self._point(starts)

    def object_position(self) -> tuple[float, float]:
        """x and y in per cent as CSS's object-position has them, for `object-fit: cover`.

        CSS lays this point of the picture on the same point of its frame, whatever the frame's
        shape (CSS Images 3, 5.5): the frames of all sizes together keep most.
        """
        return self._point(lambda point, share: point * (1 - share))

    def _point(self, starts: Callable[[Floats, float], Floats]) -> tuple[float, float]:
        points = np.linspace(0, 1, _STEPS + 1)
        found = []
        for axis in (1, 0):
            edge = self._table[-1] if axis == 1 else self._table[:, -1]
            kept = np.zeros_like(points)
            for share in _SHARES:
                first = starts(points, float(share))
                kept += _along(edge, first + share, 0) - _along(edge, first, 0)
            ties = points[kept >= kept.max() - _TIE]
            found.append(round(100 * float(ties[np.argmin(np.abs(ties - ties.mean()))]), 1))
        return found[0], found[1]

    def _sums(self, across: Places, down: Places, width: int, height: int) -> Floats:
        """(len(down), len(across)): the shares in windows whose corners are at these pixels."""
        return self._between(across, across + width, down, down + height)

    def _cut(self, across: Places, down: Places, width: int, height: int) -> Floats:
        """The shares close to an edge of each window, inside or outside.

        An edge of the picture is no cut, and what lies along it is not counted.
        """
        close = EDGE * max(self.width, self.height)
        wide, narrow = [], []
        for first, length, side in ((across, width, self.width), (down, height, self.height)):
            last = first + length
            wide += [np.maximum(first - close, 0), np.minimum(last + close, side)]
            inner = np.where(first == 0, 0, first + close)
            narrow += [inner, np.maximum(np.where(last == side, side, last - close), inner)]
        return self._between(*wide) - self._between(*narrow)

    def _cut_peaks(self, across: Places, down: Places, width: int, height: int) -> Floats:
        """(len(down), len(across)): how many peaks an edge of each window cuts.

        A peak counts by its height, the highest as 1, and by how close the nearest edge is. An edge
        of the picture is no cut.
        """
        margin = PEAK_EDGE * max(self.width, self.height)
        cut = np.zeros((len(down), len(across)))
        for peak in self._peaks:
            closeness, between = [], []
            for place, first, length, side in (
                (peak.x, across, width, self.width),
                (peak.y, down, height, self.height),
            ):
                last = first + length
                edges = [
                    np.where(first > 0, 1 - np.abs(place - first) / margin, 0),
                    np.where(last < side, 1 - np.abs(place - last) / margin, 0),
                ]
                closeness.append(np.clip(np.maximum(*edges), 0, 1))
                between.append((place >= first - margin) & (place <= last + margin))
            sideways = closeness[0][None, :] * between[1][:, None]
            cut += peak.value * np.maximum(sideways, closeness[1][:, None] * between[0][None, :])
        return cut

    @functools.cached_property
    def _peaks(self) -> tuple[Peak, ...]:
        """Those of the map blurred a little; the highest has the value 1."""
        sigma = _PEAK_BLUR * max(self._saliency.coarse.shape)
        blurred = gaussian_blurred(
            self._saliency.coarse, sigma, radius=math.ceil(3 * sigma), edges="symmetric"
        )
        highest = float(blurred.max())
        if highest <= 0:
            return ()
        return peaks(dataclasses.replace(self._saliency, coarse=blurred / highest))

    def _between(self, left: Places, right: Places, top: Places, bottom: Places) -> Floats:
        """(len(top), len(left)): the shares in boxes, whose edges are in pixels."""
        bands = _along(self._table, bottom / self.height, 0)
        bands = bands - _along(self._table, top / self.height, 0)
        return np.asarray(
            _along(bands, right / self.width, 1) - _along(bands, left / self.width, 1)
        )


@dataclass(frozen=True)
class Peak:
    """A place where the map is highest around: x, y in pixels, and the map's value there."""

    x: int
    y: int
    value: float


def peaks(saliency: SaliencyMap, *, most: int = 5, least: float = 0.3) -> tuple[Peak, ...]:
    """The highest places of a map, highest first; none for a flat map.

    A peak is a cell as high as all around it, and at least `least` times as high as the highest.
    Two of them are a tenth of the longer side apart or more.
    """
    values = saliency.coarse
    if np.ptp(values) == 0:
        return ()
    padded = np.pad(values, 1, mode="edge")
    rows, columns = values.shape
    around = np.max(
        [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0
    )
    tops = np.argwhere((values >= around) & (values >= least * values.max()))
    order = np.argsort(-values[tops[:, 0], tops[:, 1]], kind="stable")
    apart = max(saliency.height, saliency.width) / 10
    found: list[Peak] = []
    for row, column in tops[order]:
        x = int((column + 0.5) * saliency.width / columns)
        y = int((row + 0.5) * saliency.height / rows)
        if all((x - peak.x) ** 2 + (y - peak.y) ** 2 >= apart**2 for peak in found):
            found.append(Peak(x, y, float(values[row, column])))
        if len(found) == most:
            break
    return tuple(found)


def in_css(position: tuple[float, float]) -> str:
    """A position in per cent as CSS has it: "41.5% 50%"."""
    return " ".join(f"{value:g}%" for value in position)


def _positions(low: int, high: int) -> npt.NDArray[np.int64]:
    """Whole numbers from low to high, both among them; at most MOST_POSITIONS."""
    count = min(high - low + 1, MOST_POSITIONS)
    return np.rint(np.linspace(low, high, count)).astype(np.int64)


def _along(table: Floats, places: npt.NDArray[np.floating], axis: int) -> Floats:
    """The table at places from 0 to 1 along an axis, linear between its entries."""
    cells = table.shape[axis] - 1
    at = np.clip(places * cells, 0, cells)
    below = np.minimum(at.astype(np.int64), cells - 1)
    part = at - below
    if table.ndim == 2 and axis == 0:
        part = part[:, None]
    low, high = np.take(table, below, axis=axis), np.take(table, below + 1, axis=axis)
    return np.asarray(low + part * (high - low))
