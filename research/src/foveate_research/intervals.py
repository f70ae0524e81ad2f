"""How sure a mean over pictures is: 95 % intervals by resampling pictures, and paired differences.

Pictures are drawn with replacement, as many as there are; the 2.5 % and 97.5 % quantiles of the
statistic over the resamples are the interval (Efron's percentile method). The draws are
always the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A number over a set of pictures and its 95 % interval."""

    mean: float
    low: float
    high: float

    def to_dict(self, digits: int = 4) -> dict[str, object]:
        """{"mean": ..., "interval_95": [low, high]}."""
        return {
            "mean": round(self.mean, digits),
            "interval_95": [round(self.low, digits), round(self.high, digits)],
        }


def resampled_means(per_picture: npt.ArrayLike, *, resamples: int = RESAMPLES) -> Floats:
    """Means over resampled pictures: (N, ...) per picture -> (resamples, ...)."""
    values = np.asarray(per_picture, dtype=np.float64)
    count = len(values)
    if count == 0:
        raise ValueError("no pictures to resample")
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    flat = values.reshape(count, -1)
    return np.asarray((drawn @ flat / count).reshape(resamples, *values.shape[1:]))


def statistic_estimate(
    per_picture: npt.ArrayLike,
    statistic: Callable[[Floats], float],
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A statistic of the mean over pictures, such as the maximum of a mean curve.

    per_picture (N, ...): `statistic` is given its mean over pictures, (...), of the whole set and
    of every resample.
    """
    values = np.asarray(per_picture, dtype=np.float64)
    found = [statistic(mean) for mean in resampled_means(values, resamples=resamples)]
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(statistic(values.mean(axis=0)), float(low), float(high))


def mean_estimate(per_picture: npt.ArrayLike, *, resamples: int = RESAMPLES) -> Estimate:
    """The mean of (N,) numbers, one a picture, and its interval."""
    return statistic_estimate(per_picture, float, resamples=resamples)


def paired_difference(first: npt.ArrayLike, second: npt.ArrayLike) -> Estimate:
    """The mean of first minus second, (N,) each over the same pictures, and its interval.

    The interval excludes 0 where one model is better on this set beyond the chance of the draw.
    """
    ours, theirs = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if ours.shape != theirs.shape:
        raise ValueError(f"pairs of different pictures: {ours.shape} against {theirs.shape}")
    return mean_estimate(ours - theirs)


def statistic_difference(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    statistic: Callable[[Floats], float],
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A statistic of the first's mean over pictures minus that of the second's.

    first, second (N, ...): over the same pictures; every resample draws the same of both.
    """
    pairs = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=1)
    return statistic_estimate(
        pairs, lambda means: statistic(means[0]) - statistic(means[1]), resamples=resamples
    )
