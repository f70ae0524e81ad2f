"""The mosaic as its authors released it, in two of its six rules, beside the paper's settings.

What the released scripts do otherwise than section 4 of Prakash et al. (DCC 2017): ten JPEGs of
qualities 10 to 100; each pixel, not each 8x8 block, comes from one of them; its quality follows
the map's percentile; and the mosaic is coded at the first whole quality from 90 down to 21 whose
file is no more than 1 % larger than plain JPEG (nothing keeps it from being smaller by more).

Rule 3: qualities 20, 30 ... 90, 100, 100 by the map's deciles. Rule 6: 80 below the map's median,
100 from it on. Each has been the scripts' default. Departures here: the map is whichever steers
Foveate too, of the whole picture and not stored as JPEG on the way; and the map's one highest
pixel, which rule 3's loop leaves at its predecessor's quality, is treated as its decile is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.coders.jpeg.headers import opened_jpeg
from foveate.coders.plain.pillow_jpeg import pillow_jpeg

RULES: dict[int, tuple[tuple[float, ...], tuple[int, ...]]] = {
    3: (tuple(range(10, 100, 10)), (20, 30, 40, 50, 60, 70, 80, 90, 100, 100)),
    6: ((50.0,), (80, 100)),
}
"""Rule -> percentiles of the map that part its values, and the quality of each part."""

FINEST, COARSEST = 90, 21
TOLERANCE = 1.01


@dataclass(frozen=True)
class ReleasedMosaic:
    """A finished file and how its qualities came out; salient: at or above the map's mean."""

    data: bytes
    salient_quality: float
    other_quality: float
    final_quality: int


def pixel_qualities(values: npt.NDArray[np.float32], rule: int) -> npt.NDArray[np.uint8]:
    """(H, W): the quality at which each pixel of a map (H, W) is first coded."""
    percentiles, qualities = RULES[rule]
    edges = np.percentile(values, percentiles)
    return np.array(qualities, np.uint8)[np.searchsorted(edges, values, side="right")]


def encode_released(
    pixels: npt.NDArray[np.uint8], values: npt.NDArray[np.float32], *, rule: int, plain_bytes: int
) -> ReleasedMosaic:
    """The released mosaic of (H, W, 3) pixels by a map (H, W), about as large as plain JPEG.

    rule: 3 or 6. The file of quality 21 is given where even that is larger.
    """
    chosen = pixel_qualities(values, rule)
    image = Image.fromarray(pixels)
    mosaic = np.empty_like(pixels)
    for quality in np.unique(chosen):
        with opened_jpeg(pillow_jpeg(image, quality=int(quality))) as decoded:
            picked = chosen == quality
            mosaic[picked] = np.asarray(decoded)[picked]
    data, final = _coded(Image.fromarray(mosaic), int(TOLERANCE * plain_bytes))
    salient = values >= values.mean()
    other = chosen[~salient] if not salient.all() else chosen
    return ReleasedMosaic(data, float(chosen[salient].mean()), float(other.mean()), final)


def _coded(mosaic: Image.Image, most: int) -> tuple[bytes, int]:
    """The file of the highest quality that fits: sizes grow with quality, so by bisection."""
    low, high = COARSEST, FINEST
    best = pillow_jpeg(mosaic, quality=low)
    while low < high:
        middle = (low + high + 1) // 2
        data = pillow_jpeg(mosaic, quality=middle)
        if len(data) <= most:
            low, best = middle, data
        else:
            high = middle - 1
    return best, low
