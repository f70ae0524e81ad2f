"""GMSD: how unevenly gradients are lost over a picture.

Xue, Zhang, Mou and Bovik, "Gradient magnitude similarity deviation: a highly efficient perceptual
image quality index", IEEE TIP 23(2), 2014. Borders are those of the authors' GMSD.m.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.planes import Plane, check_pair, luma, strips

_STABLE = 170.0
"""The paper's constant c, for samples from 0 to 255."""


def gmsd(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """GMSD of luma (BT.601, full range, float64, scaled to 0..255); 0 for identical pictures.

    Both pictures are halved (means of 2x2 pixels). Their gradients are taken by Prewitt's filters,
    divided by 3, and the similarity of the gradients' magnitudes has the constant 170. GMSD is the
    standard deviation of the similarity over all pixels (of a population, the paper's equation 6),
    so that lower is better. Outside the picture samples count as 0, also beside an odd last row or
    column. Raises ValueError where shapes differ.
    """
    check_pair(reference, copy, data_range)
    first, second = (_halved(picture) * (255.0 / data_range) for picture in (reference, copy))
    lost = np.empty_like(first)
    for part in strips(*first.shape):
        x, y = _squared_gradients(first, part), _squared_gradients(second, part)
        # 1 less the similarity, which is exactly 0 where the gradients are the same
        lost[part] = (np.sqrt(x) - np.sqrt(y)) ** 2 / (x + y + _STABLE)
    return float(lost.std())


def _halved(picture: npt.NDArray[Any]) -> Plane:
    """The means of 2x2 luma samples; an odd last row or column is averaged with zeros."""
    height, width = picture.shape[:2]
    result = np.empty(((height + 1) // 2, (width + 1) // 2))
    for part in strips(height, width):
        rows = luma(picture[part])
        rows = np.pad(rows, ((0, rows.shape[0] % 2), (0, width % 2)))
        pairs = rows[::2] + rows[1::2]
        result[part.start // 2 : part.start // 2 + len(pairs)] = pairs[:, ::2] + pairs[:, 1::2]
    result /= 4
    return result


def _squared_gradients(plane: Plane, part: slice) -> Plane:
    """The squared magnitudes of Prewitt's gradients in some rows of the plane."""
    above, below = max(part.start - 1, 0), min(part.stop + 1, len(plane))
    missing = (above - part.start + 1, part.stop + 1 - below)
    rows = np.pad(plane[above:below], (missing, (1, 1)))
    down = rows[:-2] + rows[1:-1] + rows[2:]
    across = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    horizontal = (down[:, 2:] - down[:, :-2]) / 3
    vertical = (across[2:] - across[:-2]) / 3
    squared: Plane = horizontal**2 + vertical**2
    return squared
