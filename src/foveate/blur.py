"""The Gaussian window, and the small blur that maps and the weights made of them get."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

Edges = Literal["edge", "reflect", "symmetric"]
Real = TypeVar("Real", np.float32, np.float64)


def gaussian_window(taps: int, sigma: float) -> npt.NDArray[np.float64]:
    """A Gaussian (taps,) of an odd number of taps, its sum 1."""
    offsets = np.arange(taps) - taps // 2
    window = np.exp(-0.5 * (offsets / sigma) ** 2)
    return np.asarray(window / window.sum(), np.float64)


@lru_cache(maxsize=64)
def _places(length: int, radius: int, edges: Edges) -> npt.NDArray[np.intp]:
    """Which of `length` cells stand in a line that is continued by so many at both ends."""
    return np.pad(np.arange(length), radius, mode=edges)


def gaussian_blurred(
    values: npt.NDArray[Real],
    sigma: float,
    radius: int,
    edges: Edges,
) -> npt.NDArray[Real]:
    """(H, W) blurred by a Gaussian of `sigma` cells that ends `radius` cells away and sums to one.

    Beyond the borders stands what `numpy.pad` puts there in the mode `edges`: the last cell, or the
    values mirrored without it or with it.
    """
    window = gaussian_window(2 * radius + 1, sigma)
    for axis in (0, 1):
        padded = values.take(_places(values.shape[axis], radius, edges), axis=axis)
        length = values.shape[axis]
        values = np.zeros_like(values)
        for offset, tap in enumerate(window):
            within = slice(offset, offset + length)
            shifted = padded[within] if axis == 0 else padded[:, within]
            values += values.dtype.type(tap) * shifted
    return values
