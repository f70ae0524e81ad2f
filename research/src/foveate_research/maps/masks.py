"""Measuring maps against masks of objects: F, MAE, S, E and the curves over a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from py_sod_metrics import Emeasure, Smeasure, WeightedFmeasure

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.intervals import (
    Estimate,
    statistic_difference,
    statistic_estimate,
)
from foveate_research.maps.measuring import Scores, Source, Tick, ignore, map_for
from foveate_research.metrics.masks import (
    LEVELS,
    adaptive_f,
    cut_to_levels,
    f_of,
    object_pixels,
    rates_at_levels,
    rounded_to_levels,
    stretched,
)

Floats = npt.NDArray[np.float64]
CURVE_RESAMPLES = 1000

METRICS = {
    "max_f_of_mean_curve": "max F of the mean curve, as published tables print it",
    "max_f_of_mean_rates": "max F of mean precision and mean recall",
    "mean_f": "mean F over thresholds",
    "adaptive_f": "F at twice the map's mean",
    "weighted_f": "weighted F (Margolin)",
    "mae": "mean absolute error",
    "s_measure": "S-measure",
    "max_e": "max E of the mean curve",
    "mean_e": "mean E over thresholds",
    "adaptive_e": "E at twice the map's mean",
}
"""The metrics in the order in which they are printed, and what they are."""


@dataclass
class MaskScores(Scores):
    """Numbers a picture, and each picture's curves at 256 thresholds from high to low.

    Curves by name, (256,) float32 a picture: "precision", "recall", "f", "e" at levels cut off as
    published tools do; "rounded precision" and "rounded recall" at levels rounded to the nearest.
    """

    curves: dict[str, list[npt.NDArray[np.float32]]] = field(default_factory=dict)

    def mean_curve(self, name: str) -> Floats:
        """(256,), the mean over pictures."""
        return np.asarray(np.mean(self.curves[name], axis=0, dtype=np.float64))

    def precision_recall(self) -> tuple[Floats, Floats]:
        """Mean precision and mean recall at 256 thresholds from high to low: the PR curve."""
        return self.mean_curve("precision"), self.mean_curve("recall")

    def estimates(self) -> dict[str, Estimate]:
        """Every metric of METRICS that was measured, over the set, with its 95 % interval."""
        return self._in_order(
            super().estimates()
            | {
                name: statistic_estimate(curves, highest, resamples=CURVE_RESAMPLES)
                for name, (curves, highest) in self._maxima().items()
            }
        )

    def less(self, other: Scores) -> dict[str, Estimate]:
        """As Scores.less, of the maxima over the set too where both measured the same pictures."""
        found = super().less(other)
        if isinstance(other, MaskScores) and self.keys == other.keys:
            theirs = other._maxima()
            found |= {
                name: statistic_difference(
                    curves, theirs[name][0], highest, resamples=CURVE_RESAMPLES
                )
                for name, (curves, highest) in self._maxima().items()
                if name in theirs
            }
        return self._in_order(found)

    def _maxima(self) -> dict[str, tuple[npt.NDArray[np.float32], Callable[[Floats], float]]]:
        """What is a maximum over the set: the pictures' curves, and how it is read from a mean."""
        found: dict[str, tuple[npt.NDArray[np.float32], Callable[[Floats], float]]] = {}
        if "f" in self.curves:
            found["max_f_of_mean_curve"] = np.array(self.curves["f"]), _highest
            rates = [self.curves["rounded precision"], self.curves["rounded recall"]]
            found["max_f_of_mean_rates"] = np.concatenate(rates, axis=1), _highest_f_of_rates
        if "e" in self.curves:
            found["max_e"] = np.array(self.curves["e"]), _highest
        return found

    @staticmethod
    def _in_order(found: dict[str, Estimate]) -> dict[str, Estimate]:
        return {name: found[name] for name in METRICS if name in found}


def measure_masks(
    pictures: Iterable[AttentionPicture],
    sources: Mapping[str, Source],
    *,
    brief: bool = False,
    tick: Tick = ignore,
) -> dict[str, MaskScores]:
    """Every source's scores over pictures with masks, in one pass.

    brief: only F, its curves and MAE. Maps are brought to the masks' sizes.

    Raises:
        DatasetError: a picture has no mask, or there are none.
    """
    found = {name: MaskScores() for name in sources}
    for picture in pictures:
        tick(picture.key)
        for name, source in sources.items():
            add_masked(found[name], picture, source, brief=brief)
    if any(not scores.keys for scores in found.values()):
        raise DatasetError("the set holds no pictures: nothing to measure")
    return found


def add_masked(
    scores: MaskScores, picture: AttentionPicture, source: Source, *, brief: bool = False
) -> None:
    """Measure one source on one picture and add the numbers to its scores."""
    if picture.mask is None:
        raise DatasetError(f"{picture.key} has no mask: give a set of objects' masks")
    height, width = picture.mask.shape
    values = stretched(map_for(source, picture.key, picture.pixels, height=height, width=width))
    inside = object_pixels(picture.mask)
    precision, recall = rates_at_levels(cut_to_levels(values), inside)
    rounded = rates_at_levels(rounded_to_levels(values), inside)
    f = f_of(precision, recall)
    numbers = {
        "mean_f": float(f.mean()),
        "adaptive_f": adaptive_f(values, inside),
        "mae": float(np.abs(values - inside).mean()),
    }
    curves = {"f": f, "rounded precision": rounded[0], "rounded recall": rounded[1]}
    if not brief:
        e = _published(Emeasure(), values, inside)["em"]
        numbers["weighted_f"] = float(_published(WeightedFmeasure(), values, inside)["wfm"])
        numbers["s_measure"] = float(_published(Smeasure(), values, inside)["sm"])
        numbers["mean_e"] = float(e["curve"].mean())
        numbers["adaptive_e"] = float(e["adp"])
        curves |= {"e": e["curve"], "precision": precision, "recall": recall}
    # pysodmetrics has no S of an object that lies in the picture's very last corner.
    scores.add(picture.key, {name: n for name, n in numbers.items() if np.isfinite(n)})
    for name, values_at_levels in curves.items():
        scores.curves.setdefault(name, []).append(values_at_levels.astype(np.float32))


def _published(measure: Any, values: Floats, inside: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """What a measure of pysodmetrics says of one map in 0..1 and one mask."""
    measure.step(values, inside, normalize=False)
    results: dict[str, Any] = measure.get_results()
    return results


def _highest(curve: Floats) -> float:
    return float(curve.max())


def _highest_f_of_rates(rates: Floats) -> float:
    """The highest F of mean precision and mean recall, which stand end to end."""
    return float(f_of(rates[:LEVELS], rates[LEVELS:]).max())
