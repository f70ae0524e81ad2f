"""Separable filters of planes, computed as products with banded matrices.

To filter along an axis is to multiply by a matrix whose rows hold the window, each row shifted by
one. For 16 or 32 outputs at a time the matrix is small, and BLAS multiplies by it several times
faster than NumPy adds up shifted planes, in float64. Products stay below the size from which
OpenBLAS uses threads (m n k of 2^18): threads gain little here, and on a busy machine waiting for
them takes ten times as long.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from foveate.blur import gaussian_window
from foveate.metrics.quality.planes import Plane

_ROWS, _COLUMNS = 16, 32  # the fastest of 8 to 128 outputs, for windows of 9 to 17 taps
_PRODUCT = 1 << 18  # m n k


def fitting_gaussian(taps: int, sigma_px: float, side: int) -> Plane:
    """A `gaussian_window` with the largest odd number of taps up to `taps` that fits a side."""
    return gaussian_window(min(taps, side - 1 + side % 2), sigma_px)


def filtered(plane: Plane, down: Plane, across: Plane, *, step: int = 1) -> Plane:
    """The plane (H, W) filtered with a window along each axis, where the windows lie wholly inside.

    Only every `step`-th row and column of the result is computed, from the first on.
    """
    return _down(_across(plane, across, step), down, step)


def products(rows: Plane, matrix: Plane) -> Plane:
    """The product rows @ matrix of (N, K) and (K, M), computed in parts."""
    result = np.empty((len(rows), matrix.shape[1]))
    chunk = max(_PRODUCT // matrix.size, 1)
    for top in range(0, len(rows), chunk):
        np.matmul(rows[top : top + chunk], matrix, out=result[top : top + chunk])
    return result


def _down(plane: Plane, window: Plane, step: int) -> Plane:
    rows = (len(plane) - len(window)) // step + 1
    result = np.empty((rows, plane.shape[1]))
    for top in range(0, rows, _ROWS):
        count = min(_ROWS, rows - top)
        band = _band(window.tobytes(), step, count)
        taken = plane[top * step : top * step + band.shape[1]]
        chunk = max(_PRODUCT // band.size, 1)
        for left in range(0, plane.shape[1], chunk):
            part = slice(left, left + chunk)
            np.matmul(band, taken[:, part], out=result[top : top + count, part])
    return result


def _across(plane: Plane, window: Plane, step: int) -> Plane:
    columns = (plane.shape[1] - len(window)) // step + 1
    result = np.empty((len(plane), columns))
    for left in range(0, columns, _COLUMNS):
        count = min(_COLUMNS, columns - left)
        band = _transposed_band(window.tobytes(), step, count)
        taken = plane[:, left * step : left * step + len(band)]
        chunk = max(_PRODUCT // band.size, 1)
        for top in range(0, len(plane), chunk):
            part = slice(top, top + chunk)
            np.matmul(taken[part], band, out=result[part, left : left + count])
    return result


@lru_cache(maxsize=64)
def _band(window: bytes, step: int, outputs: int) -> Plane:
    """A matrix (outputs, inputs) with the window in each row, shifted by `step` from row to row."""
    taps = np.frombuffer(window, np.float64)
    band = np.zeros((outputs, (outputs - 1) * step + len(taps)))
    for row in range(outputs):
        band[row, row * step : row * step + len(taps)] = taps
    return band


@lru_cache(maxsize=64)
def _transposed_band(window: bytes, step: int, outputs: int) -> Plane:
    """The transposed band (inputs, outputs), copied: BLAS takes a view half as fast."""
    return np.ascontiguousarray(_band(window, step, outputs).T)
