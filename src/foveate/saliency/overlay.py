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


def heat_layer(saliency: SaliencyMap) -> npt.NDArray[np.uint8]:
    """(h, w, 4) uint8, RGBA at the map's resolution: the layer that lies over grey tones."""
    level = _levels(saliency)
    share = np.round(255 * _share(level)).astype(np.uint8)
    return np.dstack([np.round(_colours()[level]).astype(np.uint8), share])


def overlay(picture: Picture, saliency: SaliencyMap) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8: the picture's grey tones coloured by the map, strongest where it peaks."""
    if (picture.height, picture.width) != (saliency.height, saliency.width):
        raise ValueError("the map belongs to a picture of another size")
    table = _colours()
    coarse = _levels(saliency)
    size = (picture.width, picture.height)
    heat = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BILINEAR))
    painted = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    for top in range(0, picture.height, STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        pixels = picture.pixels[rows].astype(np.float32)
        grey = pixels if pixels.ndim == 2 else pixels @ LUMA
        level = heat[rows]
        share = _share(level)[..., None]
        mixed = grey[..., None] * (1 - share) + table[level].astype(np.float32) * share
        painted[rows] = np.clip(mixed, 0, 255).astype(np.uint8)
    return painted


def _levels(saliency: SaliencyMap) -> npt.NDArray[np.uint8]:
    """The map's heat from 0 to 255; the square root shows its lower half, where most of it lies."""
    return np.round(np.sqrt(saliency.coarse) * 255).astype(np.uint8)


def _colours() -> npt.NDArray[np.floating]:
    """(256, 3): the colour of each heat."""
    levels = np.linspace(0, 4, 256, dtype=np.float32)
    return np.stack([np.interp(levels, np.arange(5), HEAT[:, c]) for c in range(3)], axis=1)


def _share(level: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """How much of the heat's colour there is over the grey tone."""
    return np.asarray(0.15 + 0.5 * level.astype(np.float32) / 255)
