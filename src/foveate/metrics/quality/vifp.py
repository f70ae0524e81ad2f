"""VIFp: visual information fidelity in the pixel domain.

Sheikh and Bovik, "Image information and visual quality", IEEE TIP 15(2), 2006. The scales and
windows of the pixel domain are those of their vifp_mscale.m.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.filters import filtered, fitting_gaussian
from foveate.metrics.quality.planes import Plane, check_pair, luma, luma_pair, strips

_TAPS = (17, 9, 5, 3)  # the window's taps at each scale; sigma is a fifth of them
# Variances for samples from 0 to 255: that of the eye's noise, and that below which a window counts
# as flat, since the rounding of float64 alone gives 1e-10.
_NOISE, _FLAT = 2.0, 1e-8


def vifp(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """VIFp of luma (BT.601, full range, float64, scaled to 0..255); 1 for identical pictures.

    This is the share of the reference's information that the copy keeps; more contrast can bring
    it above 1. The windows of the four scales have 17, 9, 5 and 3 Gaussian taps with a sigma of a
    fifth of that, and lie wholly inside. Between scales the plane is filtered with the coarser
    scale's window, and every second pixel is kept. Along a side shorter than 17 pixels the first
    window has the largest odd number of taps that fits. A scale for which a side is too short is
    left out with those after it; all four need 41 pixels. A reference without any contrast holds no
    information: the value is then 1 if the copy has no contrast either, and otherwise 0. Raises
    ValueError where shapes differ.
    """
    check_pair(reference, copy, data_range)
    x, y = luma_pair(reference, copy)
    kept = held = added = 0.0
    for scale, taps in enumerate(_TAPS):
        if scale == 0:
            down, across = (fitting_gaussian(taps, taps / 5, side) for side in x.shape[:2])
        else:
            if min(x.shape[:2]) < 3 * taps - 2:  # filtered, halved, filtered again
                break
            down = across = fitting_gaussian(taps, taps / 5, taps)
            x, y = _halved(x, down), _halved(y, down)
        sums = _information(x, y, down, across, 255.0 / data_range)
        kept, held, added = kept + sums[0], held + sums[1], added + sums[2]
    if held == 0:
        return 1.0 if added == 0 else 0.0
    return kept / held


def _information(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], down: Plane, across: Plane, scaled: float
) -> tuple[float, float, float]:
    """The information that the copy keeps and the reference holds at a scale, in nats.

    The third number is the sum of the copy's variances.
    """
    kept = held = added = 0.0
    height, width = reference.shape[:2]
    for inside in strips(height - len(down) + 1, width):
        strip = slice(inside.start, inside.stop + len(down) - 1)
        x, y = luma(reference[strip]) * scaled, luma(copy[strip]) * scaled
        mean_x, mean_y = filtered(x, down, across), filtered(y, down, across)
        of_x = filtered(x * x, down, across) - mean_x**2
        of_y = filtered(y * y, down, across) - mean_y**2
        of_both = filtered(x * y, down, across) - mean_x * mean_y
        of_x[of_x < _FLAT] = 0.0
        of_y[of_y < _FLAT] = 0.0
        # The model: the copy is the reference times a gain, plus noise. A gain below 0 is noise.
        of_both[(of_x == 0) | (of_y == 0) | (of_both < 0)] = 0.0
        gain = np.divide(of_both, of_x, out=np.zeros_like(of_x), where=of_x > 0)
        signal = gain * of_both
        noise = np.maximum(of_y - signal, 0.0)
        kept += float(np.log1p(signal / (noise + _NOISE)).sum())
        held += float(np.log1p(of_x / _NOISE).sum())
        added += float(of_y.sum())
    return kept, held, added


def _halved(picture: npt.NDArray[Any], window: Plane) -> Plane:
    """Every second row and column of the luma filtered with a window."""
    taps = len(window)
    rows, columns = ((side - taps) // 2 + 1 for side in picture.shape[:2])
    result = np.empty((rows, columns))
    for part in strips(rows, columns):
        taken = picture[2 * part.start : 2 * (part.stop - 1) + taps]
        result[part] = filtered(luma(taken), window, window, step=2)
    return result
