"""Rate–quality curves against each other: BD-rate and the mean difference in quality.

Bjøntegaard, VCEG-M33 (2001) and VCEG-AI11 (2008): mean distance of two curves over the range that
they share, rates on a logarithmic scale. Between the points a curve is a monotone piecewise cubic
(Fritsch and Butland, SIAM J. Sci. Stat. Comput. 5(2), 1984), as in the JCT-VC's spreadsheets, which
does not swing as one polynomial of third degree does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_Values = Sequence[float] | npt.NDArray[np.float64]


def bd_rate(
    rates: _Values, qualities: _Values, other_rates: _Values, other_qualities: _Values
) -> float:
    """How many per cent more bytes the other curve takes at equal quality; below 0 it saves.

    A curve is two points or more, in any order: rates in any one unit, above 0 (bytes, bits a
    pixel), and qualities, which rise with the rate.

    Raises:
        ValueError: a curve is no such curve, or the two share no range of quality.
    """
    first, second = _curve(rates, qualities), _curve(other_rates, other_qualities)
    for _, quality in (first, second):
        if not (np.diff(quality) > 0).all():
            raise ValueError(f"quality must rise with the rate; it goes {quality.tolist()}")
    distance = _mean_distance(first[::-1], second[::-1], "quality")
    return float(100 * np.expm1(distance))


def bd_metric(
    rates: _Values, qualities: _Values, other_rates: _Values, other_qualities: _Values
) -> float:
    """How much better the other curve is at equal rate, in the metric's unit (BD-PSNR: dB).

    Curves as for `bd_rate`, but qualities may fall.

    Raises:
        ValueError: a curve is no such curve, or the two share no range of rates.
    """
    first, second = _curve(rates, qualities), _curve(other_rates, other_qualities)
    return _mean_distance(first, second, "rate")


_Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _curve(rates: _Values, qualities: _Values) -> _Points:
    """Logarithms of the rates, rising, and the qualities."""
    x, y = np.asarray(rates, np.float64), np.asarray(qualities, np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError(f"a curve is two points or more; got rates {x}, qualities {y}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (x > 0).all()):
        raise ValueError(f"rates must be above 0 and all finite; got {x}, qualities {y}")
    order = np.argsort(x)
    x, y = np.log(x[order]), y[order]
    if not (np.diff(x) > 0).all():
        raise ValueError(f"a curve's rates must differ; got {np.exp(x)}")
    return x, y


def _mean_distance(first: _Points, second: _Points, shared: str) -> float:
    """Mean of second minus first over the range of x that both have."""
    low = max(first[0][0], second[0][0])
    high = min(first[0][-1], second[0][-1])
    if not low < high:
        raise ValueError(f"the curves share no range of {shared}")
    areas = [_integral(*points, low, high) for points in (first, second)]
    return float((areas[1] - areas[0]) / (high - low))


def _integral(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], low: float, high: float
) -> float:
    """Of the monotone piecewise cubic through the points, from low to high."""
    steps, slopes = np.diff(x), _slopes(x, y)
    secants = np.diff(y) / steps
    second = (3 * secants - 2 * slopes[:-1] - slopes[1:]) / steps
    third = (slopes[:-1] + slopes[1:] - 2 * secants) / steps**2

    def areas(until: float) -> npt.NDArray[np.float64]:
        t = np.clip(until, x[:-1], x[1:]) - x[:-1]
        inner = slopes[:-1] / 2 + t * (second / 3 + t * third / 4)
        return np.asarray(t * (y[:-1] + t * inner), np.float64)

    return float(np.sum(areas(high) - areas(low)))


def _slopes(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """At each point; inside the secants' weighted harmonic mean, 0 where they turn round."""
    steps, secants = np.diff(x), np.diff(y) / np.diff(x)
    if len(secants) == 1:
        return np.repeat(secants, 2)
    slopes = np.zeros(len(x))
    before, after = secants[:-1], secants[1:]
    same = before * after > 0
    weight = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight[0] + weight[1]) / (weight[0] / before + weight[1] / after)
    slopes[1:-1][same] = mean[same]
    slopes[0] = _end_slope(steps[0], steps[1], secants[0], secants[1])
    slopes[-1] = _end_slope(steps[-1], steps[-2], secants[-1], secants[-2])
    return slopes


def _end_slope(step: float, next_step: float, secant: float, next_secant: float) -> float:
    """Of the parabola through three points, bounded so that the piece stays monotone."""
    slope = ((2 * step + next_step) * secant - step * next_secant) / (step + next_step)
    if slope * secant <= 0:
        return 0.0
    if secant * next_secant <= 0 and abs(slope) > 3 * abs(secant):
        return 3 * secant
    return slope
