"""Measuring maps against where people looked, beside the viewers themselves and the centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.maps.calibration import Calibration
from foveate_research.maps.measuring import Map, Scores, Source, Tick, ignore, map_for, resized
from foveate_research.metrics.centre_prior import (
    SIGMA_PX,
    CentrePrior,
    centred_gaussian,
    priors_from_the_others,
    relative_points,
)
from foveate_research.metrics.fixations import (
    auc_judd,
    correlation,
    fixation_density,
    information_gain,
    kl_divergence,
    nss,
    points_elsewhere,
    shuffled_auc,
    similarity,
)
from foveate_research.metrics.humans import SIGMA_OF_WIDTH, humans_mean

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.int64]

METRICS = {
    "nss": "normalised scanpath saliency",
    "auc_judd": "AUC-Judd",
    "shuffled_auc": "AUC against other pictures' fixations",
    "cc": "correlation with the viewers' density",
    "sim": "common part with the viewers' density",
    "kl": "divergence of the viewers' density from the map, nats",
    "information_gain": "bits a fixation beyond the Gaussian of stated sigma in the middle",
    "information_gain_others": "bits a fixation beyond the Gaussian of other pictures' fixations",
}
"""The metrics in the order in which they are printed, and what they are."""

HUMANS = "humans, leave one out"
CENTRE = "centre prior"
OTHERS = "centre prior of other pictures"

HUMAN_PRIOR_SHARE = 0.1
"""The share of other pictures' prior in the viewers' map where its information is measured: where
no other viewer looked it would else be impossible to look."""


def fitted_name(name: str) -> str:
    """The row of a source with its numbers fitted to the set."""
    return f"{name}, fitted"


@dataclass(frozen=True)
class Frame:
    """What measuring knows of a whole set before its pictures are measured."""

    keys: list[str]
    points: list[Points]  # (N, 2) x, y per picture
    shapes: list[tuple[int, int]]
    priors: list[CentrePrior] | None  # from the other pictures; None where there are none

    def elsewhere(self, index: int) -> Points:
        """Other pictures' fixations, moved into this one."""
        return points_elsewhere(self.points, self.shapes, index)


@dataclass(frozen=True)
class FixationOptions:
    """What the measures leave open.

    prior_sigma_px: of the Gaussian in the middle that information gain is measured beyond.
    density_sigma_of_width: of the blur that makes a density of fixations, for CC, SIM, KL where a
    set has no density maps, and for the viewers' own row. splits, seed: of shuffled AUC.
    """

    prior_sigma_px: float = SIGMA_PX
    density_sigma_of_width: float = SIGMA_OF_WIDTH
    splits: int = 100
    seed: int = 0


@dataclass
class _Picture:
    """One picture as its maps are measured."""

    points: Points
    elsewhere: Points
    density: Floats | npt.NDArray[np.uint8] | None
    prior: Floats
    prior_of_others: Floats | None
    options: FixationOptions

    def at_points(self, values: npt.ArrayLike, points: Points) -> dict[str, float]:
        """The metrics that take points."""
        found = {"nss": nss(values, points), "auc_judd": auc_judd(values, points)}
        if len(self.elsewhere):
            found["shuffled_auc"] = shuffled_auc(
                values,
                points,
                self.elsewhere,
                splits=self.options.splits,
                seed=self.options.seed,
            )
        return found

    def gains(self, values: npt.ArrayLike, points: Points) -> dict[str, float]:
        """Information gains in bits."""
        found = {"information_gain": information_gain(values, points, self.prior)}
        if self.prior_of_others is not None:
            found["information_gain_others"] = information_gain(
                values, points, self.prior_of_others
            )
        return found

    def scores(self, values: Map | Floats) -> dict[str, float]:
        """All metrics that the picture's answers allow."""
        found: dict[str, float] = {}
        if len(self.points):
            found |= self.at_points(values, self.points) | self.gains(values, self.points)
        if self.density is not None:
            small = resized(values, *self.density.shape)
            found["cc"] = correlation(small, self.density)
            found["sim"] = similarity(small, self.density)
            found["kl"] = kl_divergence(small, self.density)
        return {name: found[name] for name in METRICS if name in found}


def frame_of(pictures: Iterable[AttentionPicture]) -> Frame:
    """The fixations of a whole set, in one pass; no picture is kept."""
    keys, points, shapes = [], [], []
    for picture in pictures:
        keys.append(picture.key)
        shapes.append((picture.pixels.shape[0], picture.pixels.shape[1]))
        points.append(_points(picture))
    if not keys:
        raise DatasetError("the set holds no pictures: nothing to measure")
    shares = [relative_points(places, *shape) for places, shape in zip(points, shapes, strict=True)]
    counts = [len(places) for places in points]
    enough = sum(counts) - max(counts) >= 2
    return Frame(keys, points, shapes, priors_from_the_others(shares) if enough else None)


def measure_fixations(
    pictures: Iterable[AttentionPicture],
    sources: Mapping[str, Source],
    *,
    options: FixationOptions | None = None,
    calibrations: Mapping[str, Calibration] | None = None,
    tick: Tick = ignore,
) -> dict[str, Scores]:
    """Every source's scores over pictures with fixations, density maps or both.

    The set is gone through twice: for other pictures' fixations, then to measure. Maps are measured
    at the pictures' sizes, against densities at theirs. calibrations: a second row for each source
    that has one, its maps made densities by it. Baselines get rows too: the centre, other pictures'
    fixations as a Gaussian, and viewers, each against the blurred fixations of the others (means
    over points; no CC, SIM, KL).

    Raises:
        DatasetError: pictures with neither fixations nor density maps, or none at all.
    """
    chosen = options or FixationOptions()
    fitted = calibrations or {}
    frame = frame_of(pictures)
    found: dict[str, Scores] = {}
    for index, picture in enumerate(pictures):
        tick(picture.key)
        height, width = frame.shapes[index]
        measured = _picture(picture, frame, index, chosen)
        if measured.density is None and not len(measured.points):
            if picture.fixations is None:
                raise DatasetError(f"{picture.key} has neither fixations nor a density map")
            continue
        for name, source in sources.items():
            values = map_for(source, picture.key, picture.pixels, height=height, width=width)
            _row(found, name).add(picture.key, measured.scores(values))
            if name in fitted:
                density = fitted[name].density(values)
                _row(found, fitted_name(name)).add(picture.key, measured.scores(density))
        _row(found, CENTRE).add(picture.key, measured.scores(measured.prior))
        if measured.prior_of_others is not None:
            values_of_others = measured.scores(measured.prior_of_others)
            _row(found, OTHERS).add(picture.key, values_of_others)
        humans = _humans(picture, measured)
        if humans:
            _row(found, HUMANS).add(picture.key, humans)
    if not found:
        raise DatasetError("no picture of the set has fixations: nothing to measure")
    return found


def _row(found: dict[str, Scores], name: str) -> Scores:
    return found.setdefault(name, Scores())


def _points(picture: AttentionPicture) -> Points:
    if picture.fixations is None:
        return np.zeros((0, 2), dtype=np.int64)
    return picture.fixations[:, 1:3].astype(np.int64)


def _picture(
    picture: AttentionPicture, frame: Frame, index: int, options: FixationOptions
) -> _Picture:
    height, width = frame.shapes[index]
    points = frame.points[index]
    density: Floats | npt.NDArray[np.uint8] | None = picture.density
    if density is None and len(points):
        sigma_px = options.density_sigma_of_width * width
        density = fixation_density(points, height, width, sigma_px=sigma_px)
    prior_of_others = None
    if frame.priors is not None:
        prior_of_others = frame.priors[index].density(height, width)
    return _Picture(
        points,
        frame.elsewhere(index) if len(points) else points,
        density,
        centred_gaussian(height, width, sigma_px=options.prior_sigma_px),
        prior_of_others,
        options,
    )


def _humans(picture: AttentionPicture, measured: _Picture) -> dict[str, float]:
    """Each viewer against the others; nothing where viewers are not told apart."""
    if picture.fixations is None or len(np.unique(picture.fixations[:, 0])) < 2:
        return {}
    height, width = picture.pixels.shape[:2]
    prior = measured.prior if measured.prior_of_others is None else measured.prior_of_others

    def score(seen: Floats, own: Points) -> dict[str, float]:
        known = seen / max(float(seen.sum()), 1e-30)
        mixed = (1 - HUMAN_PRIOR_SHARE) * known + HUMAN_PRIOR_SHARE * prior
        return measured.at_points(seen, own) | measured.gains(mixed, own)

    return humans_mean(
        picture.fixations,
        height,
        width,
        score,
        sigma_of_width=measured.options.density_sigma_of_width,
    )
