"""The native trellis once more in NumPy: what a choice of levels costs, and the least it can.

Slow and exhaustive: states are positions and runs of zeros, not the native core's chains of
candidates, and nothing is capped. One block, or one row of DC values, at a time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Band = tuple[int, int, Sequence[float], float, float]
"""First and last zigzag index, bits of 256 symbols, of an empty block, of ending early."""


Masking = tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Hidden error of the block; visibility and reach of each frequency."""


def _distortion(
    miss: npt.NDArray[np.float64], sensitivity: npt.NDArray[np.float64], masking: Masking | None
) -> npt.NDArray[np.float64]:
    squared = sensitivity * miss**2
    if masking is None:
        return squared
    hidden, visibility, reach = masking
    seen = visibility * np.maximum(np.abs(miss) - hidden * reach, 0.0) ** 2
    return np.asarray(squared + seen, np.float64)


def _size(level: int) -> int:
    return abs(level).bit_length()


def _run_bits(band: Band, run: int, level: int) -> float:
    """ZRLs, run/size symbol and magnitude bits of one nonzero level (T.81 F.1.2.2)."""
    symbols = band[2]
    size = _size(level)
    return (run // 16) * symbols[0xF0] + symbols[16 * (run % 16) + size] + size


def ac_cost(
    levels: Sequence[int],
    coefficients: npt.NDArray[np.float64],
    weight: float,
    steps: npt.NDArray[np.float64],
    sensitivity: npt.NDArray[np.float64],
    lam: float,
    bands: Sequence[Band],
    masking: Masking | None = None,
) -> float:
    """weight * distortion + lam * bits of a block's 63 AC levels."""
    miss = coefficients - steps * np.asarray(levels, np.float64)
    bits = 0.0
    for band in bands:
        first, last, _, empty_bits, eob_bits = band
        run, coded = 0, False
        for k in range(first, last + 1):
            if levels[k] == 0:
                run += 1
                continue
            bits += _run_bits(band, run, levels[k])
            run, coded = 0, True
        if not coded:
            bits += empty_bits
        elif run > 0:
            bits += eob_bits
    return float(weight * _distortion(miss, sensitivity, masking)[1:].sum() + lam * bits)


def quantise_ac(
    coefficients: npt.NDArray[np.float64],
    weight: float,
    steps: npt.NDArray[np.float64],
    sensitivity: npt.NDArray[np.float64],
    lam: float,
    bands: Sequence[Band],
    masking: Masking | None = None,
) -> list[int]:
    """The AC levels of a block with the least cost among zero, the nearest level and one less."""
    chosen = [0] * 64
    for band in bands:
        first, last, _, empty_bits, eob_bits = band
        # Run of zeros so far (-1: nothing coded yet) -> least cost and its levels.
        states: dict[int, tuple[float, list[int]]] = {-1: (0.0, [])}
        for k in range(first, last + 1):
            c, step = float(coefficients[k]), float(steps[k])
            nearest = math.floor(abs(c) / step + 0.5)
            following: dict[int, tuple[float, list[int]]] = {}
            for candidate in {0, nearest, max(nearest - 1, 0)}:
                level = int(math.copysign(candidate, c))
                miss = np.zeros(64)
                miss[k] = c - step * level
                error = weight * float(_distortion(miss, sensitivity, masking)[k])
                for run, (cost, path) in states.items():
                    zeros = k - first if run < 0 else run
                    bits = lam * _run_bits(band, zeros, level) if level else 0.0
                    after = 0 if level else (-1 if run < 0 else run + 1)
                    total = cost + error + bits
                    if after not in following or total < following[after][0]:
                        following[after] = (total, [*path, level])
            states = following

        def ended(run: int, cost: float, empty: float = empty_bits, eob: float = eob_bits) -> float:
            return cost + lam * (empty if run < 0 else eob if run > 0 else 0.0)

        best = min(states.items(), key=lambda item: ended(item[0], item[1][0]))
        chosen[first : last + 1] = best[1][1]
    return chosen


def dc_cost(
    levels: Sequence[int],
    coefficients: Sequence[float],
    weights: Sequence[float],
    step: float,
    sensitivity: float,
    lam: float,
    size_bits: Sequence[float],
) -> float:
    """Weighted squared error and lam * bits of DC levels in coding order (T.81 F.1.2.1)."""
    cost, previous = 0.0, 0
    for level, c, weight in zip(levels, coefficients, weights, strict=True):
        size = _size(level - previous)
        cost += weight * sensitivity * (c - step * level) ** 2 + lam * (size_bits[size] + size)
        previous = level
    return cost


def quantise_dc(
    coefficients: Sequence[float],
    weights: Sequence[float],
    step: float,
    sensitivity: float,
    lam: float,
    size_bits: Sequence[float],
) -> list[int]:
    """The DC levels with the least cost of all within one of the nearest; tries every choice."""
    nearest = [math.floor(c / step + 0.5) for c in coefficients]
    choices = itertools.product(*((n - 1, n, n + 1) for n in nearest))
    best = min(
        choices,
        key=lambda x: dc_cost(x, coefficients, weights, step, sensitivity, lam, size_bits),
    )
    return list(best)
