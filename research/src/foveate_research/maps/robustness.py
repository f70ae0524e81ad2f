"""Measuring maps of spoilt pictures: white Gaussian noise and JPEG (MEnet, table II, figures 6, 8).

What a picture gets is drawn from its name, so that every model and every run sees the same.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.maps.masks import MaskScores, add_masked
from foveate_research.maps.measuring import Source, Tick, ignore

Pixels = npt.NDArray[np.uint8]

NOISE_SIGMAS = (10.0, 20.0, 30.0, 40.0, 50.0)
HIGHEST_SIGMA = 50.0
JPEG_QUALITIES = (5, 10, 20, 30, 40, 50)
LOWEST_QUALITY, HIGHEST_QUALITY = 5, 50


@dataclass(frozen=True)
class Spoiling:
    """One way to spoil pictures; level None draws one for each picture from its name."""

    kind: Literal["none", "noise", "jpeg"]
    level: float | None = None

    @property
    def name(self) -> str:
        """ "none", "noise 0-50", "noise 20", "jpeg 5-50", "jpeg 10"."""
        if self.kind == "none":
            return "none"
        if self.level is not None:
            return f"{self.kind} {self.level:g}"
        lowest, highest = (
            (0, HIGHEST_SIGMA) if self.kind == "noise" else (LOWEST_QUALITY, HIGHEST_QUALITY)
        )
        return f"{self.kind} {lowest:g}-{highest:g}"

    def spoilt(self, pixels: Pixels, key: str, *, seed: int = 0) -> Pixels:
        """The picture (H, W, 3) of that key, spoilt; the same for a key and a seed, every time."""
        if self.kind == "noise":
            sigma = drawn_sigma(key, seed=seed) if self.level is None else self.level
            return noisy(pixels, sigma, key, seed=seed)
        if self.kind == "jpeg":
            quality = drawn_quality(key, seed=seed) if self.level is None else int(self.level)
            return through_jpeg(pixels, quality)
        return pixels


SPOILINGS = (
    Spoiling("none"),
    Spoiling("noise"),
    *(Spoiling("noise", sigma) for sigma in NOISE_SIGMAS),
    Spoiling("jpeg"),
    *(Spoiling("jpeg", quality) for quality in JPEG_QUALITIES),
)
"""All that MEnet's tables and figures call for."""
DRAWN = tuple(way for way in SPOILINGS if way.level is None)
"""What its tables call for: whole pictures, and levels that are drawn from the picture's name."""


def drawn_sigma(key: str, *, seed: int = 0) -> float:
    """A standard deviation of 0 to 50 grey levels, evenly drawn, for the picture of that name."""
    return float(_generator("sigma", key, seed).uniform(0, HIGHEST_SIGMA))


def drawn_quality(key: str, *, seed: int = 0) -> int:
    """A JPEG quality of 5 to 50, evenly drawn, for the picture of that name."""
    return int(_generator("quality", key, seed).integers(LOWEST_QUALITY, HIGHEST_QUALITY + 1))


def noisy(pixels: Pixels, sigma: float, key: str, *, seed: int = 0) -> Pixels:
    """White Gaussian noise of that standard deviation (of 255) on every channel, rounded, cut."""
    noise = _generator("noise", key, seed).standard_normal(pixels.shape, dtype=np.float32)
    return np.clip(np.rint(pixels + np.float32(sigma) * noise), 0, 255).astype(np.uint8)


def through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """The picture after a baseline JPEG of that quality, chroma halved both ways (4:2:0)."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(stream) as image:
        return np.asarray(image.convert("RGB"))


def measure_robustness(
    pictures: Iterable[AttentionPicture],
    sources: Mapping[str, Source],
    *,
    spoilings: Iterable[Spoiling] = SPOILINGS,
    seed: int = 0,
    tick: Tick = ignore,
) -> dict[str, dict[str, MaskScores]]:
    """{spoiling's name: {source's name: scores}} in one pass: F, its curves and MAE.

    Every source sees the same spoilt pictures.
    """
    ways = list(spoilings)
    found = {way.name: {name: MaskScores() for name in sources} for way in ways}
    count = 0
    for picture in pictures:
        tick(picture.key)
        count += 1
        for way in ways:
            pixels = way.spoilt(picture.pixels, picture.key, seed=seed)
            spoilt = AttentionPicture(picture.key, pixels, mask=picture.mask)
            for name, source in sources.items():
                add_masked(found[way.name][name], spoilt, source, brief=True)
    if not count:
        raise DatasetError("the set holds no pictures: nothing to measure")
    return found


def _generator(what: str, key: str, seed: int) -> np.random.Generator:
    """Seeded by the file's name, so that neither order nor choice of pictures bears on it."""
    digest = hashlib.sha256(os.fsencode(f"{seed}:{what}:{key}")).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))
