"""What trainings do to pictures so that they never see the same one twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from foveate.colour import LUMA_OF_RGB


@dataclass(frozen=True)
class Recolouring:
    """How far colours may be changed; each number is drawn anew for every picture.

    grey: how often the picture loses its colours. saturation, contrast, cast: half the width of the
    range of factors around 1, of each channel for the cast. brightness: grey levels up or down.
    noise: how often noise of 2 to 12 grey levels is added.
    """

    grey: float
    saturation: float
    contrast: float
    brightness: float
    cast: float
    noise: float = 0.0


def recoloured(
    pixels: npt.NDArray[np.uint8], by: Recolouring, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """(H, W, 3) pixels in other light."""
    values = pixels.astype(np.float32)
    grey = values @ np.array(LUMA_OF_RGB, dtype=np.float32)
    spread = 0.0 if rng.random() < by.grey else rng.uniform(1 - by.saturation, 1 + by.saturation)
    values = grey[..., None] + np.float32(spread) * (values - grey[..., None])
    contrast = rng.uniform(1 - by.contrast, 1 + by.contrast)
    brightness = rng.uniform(-by.brightness, by.brightness)
    channels = rng.uniform(1 - by.cast, 1 + by.cast, 3).astype(np.float32)
    mean = np.float32(grey.mean())
    values = (values - mean) * np.float32(contrast) * channels + mean + np.float32(brightness)
    if by.noise and rng.random() < by.noise:
        noise = rng.standard_normal(values.shape, dtype=np.float32)
        values = values + noise * np.float32(rng.uniform(2, 12))
    return np.clip(values, 0, 255).astype(np.uint8)


def shuffled(count: int, rng: np.random.Generator) -> Iterator[int]:
    """Endless indices below `count`; each comes once before any comes again."""
    while True:
        yield from cast(list[int], rng.permutation(count).tolist())
