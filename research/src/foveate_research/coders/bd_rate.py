"""Rate–quality curves against each other: how many bytes one takes more at equal quality.

Bjøntegaard, VCEG-M33 (2001) and VCEG-AI11 (2008): the mean distance of two curves over the range of
quality that they share, rates on a logarithmic scale. Between the points a curve is SciPy's
monotone piecewise cubic (PCHIP), as in the JCT-VC's spreadsheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

_Values = Sequence[float] | npt.NDArray[np.float64]
_Points = tuple[tuple[float, ...], tuple[float, ...]]


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
    low, high = max(first[0][0], second[0][0]), min(first[0][-1], second[0][-1])
    if not low < high:
        raise ValueError("the curves share no range of quality")
    areas = [float(_interpolated(*points).integrate(low, high)) for points in (first, second)]
    return float(100 * np.expm1((areas[1] - areas[0]) / (high - low)))


def _curve(rates: _Values, qualities: _Values) -> _Points:
    """Qualities, rising, and the logarithms of their rates."""
    x, y = np.asarray(rates, np.float64), np.asarray(qualities, np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError(f"a curve is two points or more; got rates {x}, qualities {y}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (x > 0).all()):
        raise ValueError(f"rates must be above 0 and all finite; got {x}, qualities {y}")
    order = np.argsort(x)
    x, y = np.log(x[order]), y[order]
    if not (np.diff(x) > 0).all():
        raise ValueError(f"a curve's rates must differ; got {np.exp(x)}")
    if not (np.diff(y) > 0).all():
        raise ValueError(f"quality must rise with the rate; it goes {y.tolist()}")
    return tuple(y.tolist()), tuple(x.tolist())


@lru_cache(maxsize=8192)  # each curve of a table meets several others
def _interpolated(qualities: tuple[float, ...], log_rates: tuple[float, ...]) -> PchipInterpolator:
    return PchipInterpolator(qualities, log_rates)
