"""Which quality a file reached where it matters: the plain JPEG that is as good there.

Prakash et al. state qualities of the first coding (65 where salient, 45 elsewhere). A second coding
follows, so that nothing of the final file has these. What it has is told by plain JPEG: the quality
at which its luma PSNR over the same pixels is the same, interpolated between qualities.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality import luma
from foveate_research.coders.codecs import decoded
from foveate_research.coders.scenes import Pixels, Scene

QUALITIES = (1, *range(5, 100, 5), 99)
ACHIEVED = ("quality_salient", "quality_other", "quality_whole")


def achieved_qualities(scene: Scene, copy: Pixels) -> dict[str, float]:
    """Plain JPEG's qualities over the salient fifth, the rest, and the whole picture.

    Within QUALITIES; NaN for the rest where all of the picture is salient.
    """
    key = "plain JPEG's PSNRs"
    if key not in scene.kept:
        scene.kept[key] = np.array(
            [_psnrs(scene, decoded(plain_jpeg(scene.pixels, quality))) for quality in QUALITIES]
        )
    plain: npt.NDArray[np.float64] = scene.kept[key]
    found = {}
    for name, reached, known in zip(ACHIEVED, _psnrs(scene, copy), plain.T, strict=True):
        rising = np.maximum.accumulate(known)
        found[name] = float(np.interp(reached, rising, QUALITIES))
    return found


def _psnrs(scene: Scene, copy: Pixels) -> tuple[float, ...]:
    squared = (luma(scene.pixels) - luma(copy)) ** 2
    salient = scene.salient
    return tuple(_psnr(part) for part in (squared[salient], squared[~salient], squared))


def _psnr(squared: npt.NDArray[np.float64]) -> float:
    """NaN for no pixels; a bound for no error, which no quality but the highest reaches."""
    if not squared.size:
        return math.nan
    return 10 * math.log10(255**2 / max(float(squared.mean()), 1e-4))
