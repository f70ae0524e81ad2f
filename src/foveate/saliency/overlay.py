"""A picture with its map laid over it: grey where nobody looks, then yellow and red."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.colour import LUMA_OF_RGB
from foveate.pictures import Picture
from foveate.saliency.map import SaliencyMap

# heat at map values 0, 1/4, 1/2, 3/4, 1
HEAT = np.array(
    [(40, 40, 120), (60, 130, 180), (240, 220, 80), (240, 130, 40), (210, 20, 30)], dtype=np.float32
)
LUMA = np.array(LUMA_OF_RGB, dtype=np.float32)
STRIP_ROWS = 256


def overlay(picture: Picture, saliency: SaliencyMap) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8: the picture's grey tones coloured by the map, strongest where it peaks."""
    if (picture.height, picture.width) != (saliency.height, saliency.width):
        raise ValueError("the map belongs to a picture of another size")
    levels = np.linspace(0, 4, 256, dtype=np.float32)
    table = np.stack([np.interp(levels, np.arange(5), HEAT[:, c]) for c in range(3)], axis=1)
    # the square root shows the map's lower half, where most of a density lies
    coarse = np.round(np.sqrt(saliency.coarse) * 255).astype(np.uint8)
    size = (picture.width, picture.height)
    heat = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BILINEAR))
    painted = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    for top in range(0, picture.height, STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        pixels = picture.pixels[rows].astype(np.float32)
        grey = pixels if pixels.ndim == 2 else pixels @ LUMA
        level = heat[rows]
        share = (0.15 + 0.5 * level.astype(np.float32) / 255)[..., None]
        mixed = grey[..., None] * (1 - share) + table[level].astype(np.float32) * share
        painted[rows] = np.clip(mixed, 0, 255).astype(np.uint8)
    return painted
