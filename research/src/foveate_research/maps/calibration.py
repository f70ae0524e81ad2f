"""The few numbers of a gaze map that do not travel between sets, fitted on a training part.

A set's viewing distance, task and screen set how far viewers cluster and how much they keep to the
middle. The density at a pixel is taken as

    p = blur(map, sigma)^temperature * centre^weight / Z,

the centre being the Gaussian of the training part's own fixations; sigma, temperature and weight
are those of the greatest likelihood of its fixations. Two of them stand in an exponent, where the
likelihood is concave, so that Newton's method finds them; sigma is the best of a short list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.maps.measuring import Source, Tick, ignore, map_for
from foveate_research.metrics.centre_prior import CentrePrior, fit_centre_prior, relative_points

Floats = npt.NDArray[np.float64]

GRID = 64
"""Cells along a picture's longer side where the likelihood is taken."""

BLURS = (0.0, 0.01, 0.02, 0.03, 0.045, 0.06)
"""Standard deviations that are tried, as shares of the picture's width."""

LEAST = 1e-4
"""Added to the map, of which the peak is 1: no place is impossible."""

RIDGE = 1e-3
"""A pull of the temperature towards 1 and the weight towards 0, per fixation: for flat maps."""


@dataclass(frozen=True)
class Calibration:
    """How to make a model's maps a density for one set."""

    blur_of_width: float
    temperature: float
    centre_weight: float
    centre: CentrePrior
    nats_per_fixation: float  # mean log likelihood over the training part, a cell's share
    pictures: int

    def density(self, values: npt.ArrayLike) -> Floats:
        """(H, W), of sum 1, from a map (H, W) in 0..1."""
        log_map = _log_map(np.asarray(values, dtype=np.float64), self.blur_of_width)
        log_centre = self.centre.logarithm(*log_map.shape)
        return np.exp(_normalised(self.temperature * log_map + self.centre_weight * log_centre))

    def to_dict(self) -> dict[str, Any]:
        """For records: every number to four digits."""
        facts = asdict(self)
        facts["centre"] = {name: round(value, 4) for name, value in facts["centre"].items()}
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in facts.items()
        }


@dataclass(frozen=True)
class _Cells:
    """One training picture on the grid: the map, and how many fixations each cell holds."""

    values: Floats
    counts: Floats


def fit_calibrations(
    pictures: Iterable[AttentionPicture],
    sources: Mapping[str, Source],
    *,
    tick: Tick = ignore,
) -> dict[str, Calibration]:
    """Each source's numbers for a set, from the fixations of its training part.

    Raises:
        DatasetError: pictures without fixations (density maps count as none).
    """
    places: list[Floats] = []
    cells: dict[str, list[_Cells]] = {name: [] for name in sources}
    for picture in pictures:
        tick(picture.key)
        if picture.fixations is None:
            raise DatasetError(f"{picture.key} has no fixations: fitting needs points")
        if not len(picture.fixations):
            continue
        height, width = picture.pixels.shape[:2]
        at = relative_points(picture.fixations[:, 1:3], height, width)
        places.append(at)
        rows, columns = _grid(height, width)
        counts = _counts(at, rows, columns)
        for name, source in sources.items():
            values = map_for(source, picture.key, picture.pixels, height=rows, width=columns)
            cells[name].append(_Cells(values.astype(np.float64), counts))
    if not places:
        raise DatasetError("the training part holds no fixations: nothing to fit")
    centre = fit_centre_prior(np.concatenate(places))
    return {name: _fitted(found, centre) for name, found in cells.items()}


def _fitted(cells: Sequence[_Cells], centre: CentrePrior) -> Calibration:
    """The calibration of the greatest likelihood."""
    log_centres = [centre.logarithm(*cell.values.shape) for cell in cells]
    best: tuple[float, Floats, float] | None = None
    for blur in BLURS:
        log_maps = [_log_map(cell.values, blur) for cell in cells]
        exponents, value = _most_likely(cells, log_maps, log_centres)
        if best is None or value > best[0]:
            best = (value, exponents, blur)
    assert best is not None
    value, exponents, blur = best
    return Calibration(
        blur, float(exponents[0]), float(exponents[1]), centre, float(value), len(cells)
    )


def _most_likely(
    cells: Sequence[_Cells], log_maps: Sequence[Floats], log_centres: Sequence[Floats]
) -> tuple[Floats, float]:
    """Temperature and weight, (2,), and the mean log likelihood of a fixation there."""
    total = sum(float(cell.counts.sum()) for cell in cells)
    features = [
        np.stack([log_map.ravel(), log_centre.ravel()])
        for log_map, log_centre in zip(log_maps, log_centres, strict=True)
    ]
    start = np.array([1.0, 0.0])

    def cost(exponents: Floats) -> tuple[float, Floats]:
        """What is minimised, with its gradient: the ridge keeps an idle exponent where it began."""
        value, gradient = 0.0, np.zeros(2)
        for cell, feature in zip(cells, features, strict=True):
            counts, logarithms = cell.counts.ravel(), _normalised(exponents @ feature)
            value += float(counts @ logarithms)
            gradient += feature @ (counts - counts.sum() * np.exp(logarithms))
        away = exponents - start
        return RIDGE / 2 * float(away @ away) - value / total, RIDGE * away - gradient / total

    found = minimize(cost, start, jac=True, method="BFGS", options={"gtol": 1e-8})
    away = found.x - start
    return found.x, RIDGE / 2 * float(away @ away) - float(found.fun)


def _normalised(logits: Floats) -> Floats:
    """Logarithms of probabilities that sum to 1."""
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _log_map(values: Floats, blur_of_width: float) -> Floats:
    """The logarithm of the blurred map, its peak 1 before LEAST is added."""
    blurred = values
    if blur_of_width > 0:
        blurred = gaussian_filter(values, blur_of_width * values.shape[1], mode="nearest")
    peak = float(blurred.max())
    return np.asarray(np.log(np.maximum(blurred, 0) / max(peak, 1e-30) + LEAST))


def _grid(height: int, width: int) -> tuple[int, int]:
    longer = max(height, width)
    return max(1, round(GRID * height / longer)), max(1, round(GRID * width / longer))


def _counts(places: Floats, rows: int, columns: int) -> Floats:
    """(rows, columns): how many of the points, (N, 2) in shares of the sides, each cell holds."""
    x = np.clip((places[:, 0] * columns).astype(np.int64), 0, columns - 1)
    y = np.clip((places[:, 1] * rows).astype(np.int64), 0, rows - 1)
    counts = np.bincount(y * columns + x, minlength=rows * columns)
    return counts.reshape(rows, columns).astype(np.float64)
