"""How much of what viewers' own map gains does a map gain that has not seen where they looked?

The viewers of each picture are dealt into two halves. Where people look is measured on one half,
and the encoder is steered by

- `own`: the map of the same half, which knows what it is measured by;
- `others`: the map of the other half: people, but other people;
- `auto`: Foveate's own map, which has seen neither; `none`: a flat map.

All files have the bytes of plain JPEG at a quality. Each half takes either part; a picture's number
is the mean of both.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate import compress
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.errors import DatasetError, printable
from foveate.metrics.quality import psnr_y, salient_pixels
from foveate.pictures import read_picture
from foveate.saliency import map_from_array
from foveate_research.coders.gaze import viewers_density
from foveate_research.coders.scenes import SceneFiles
from foveate_research.coders.study import Study
from foveate_research.datasets.fixation_files import POINT_FILES, read_fixation_file
from foveate_research.intervals import mean_estimate, statistic_estimate
from foveate_research.maps.measuring import Pixels

MAPS = ("none", "auto", "others", "own")
SHARES = (("auto", "own"), ("others", "own"), ("auto", "others"))
SEED = 0
DIGITS = 4

Points = npt.NDArray[np.int16]


def other_viewers(study: Study, *, quality: int) -> dict[str, Any]:
    """Luma PSNR over the fifth where the measured half looked most, by map, over pictures.

    Beside it what each map gains over none, and which share of `own`'s gain the others reach, with
    95 % intervals over pictures. Raises DatasetError for fixations that tell no viewers apart.
    """
    rows = []
    for number, scene in enumerate(study.files):
        study.tick(scene.key)
        pixels = read_picture(scene.picture).pixels
        rows.append(psnr_by_map(pixels, points_of(scene, pixels), quality, SEED + number))
    numbers = np.array(rows)
    gains = numbers - numbers[:, :1]
    return {
        **study.facts(),
        "seed": SEED,
        "quality": quality,
        "psnr_where_half_looked": {
            name: mean_estimate(numbers[:, i]).to_dict(DIGITS)
            | {"pictures": numbers[:, i].round(DIGITS).tolist()}
            for i, name in enumerate(MAPS)
        },
        "gain_over_none": {
            name: mean_estimate(gains[:, i]).to_dict(DIGITS) for i, name in enumerate(MAPS) if i
        },
        "share_of_gain": {f"{name} of {of}": share(gains, name, of) for name, of in SHARES},
    }


def points_of(scene: SceneFiles, pixels: Pixels) -> Points:
    """The fixations of two viewers or more, (N, 3: viewer, x, y)."""
    file = scene.fixations
    if file is not None and file.suffix.lower() in POINT_FILES:
        points = read_fixation_file(file, *pixels.shape[:2])
        if len(np.unique(points[:, 0])) > 1:
            return points
    raise DatasetError(f"{printable(scene.key)}: has no fixations of several viewers to halve")


def psnr_by_map(pixels: Pixels, fixations: Points, quality: int, seed: int) -> list[float]:
    """Luma PSNR where half of the viewers looked, by map; the mean of both halves."""
    height, width = pixels.shape[:2]
    densities = [
        viewers_density(half, height, width)
        for half in halves(fixations, np.random.default_rng(seed))
    ]
    regions = [salient_pixels(density).astype(np.float64) for density in densities]
    picture = read_picture(pixels)
    maps: list[Any] = [map_from_array(d.astype(np.float32), picture) for d in densities]
    size = bytes_at_quality(pixels, quality)

    def psnr(steering: Any) -> list[float]:
        """The PSNR of one file over the regions of both halves."""
        data = compress(pixels, size_bytes=size, map=steering, tune="fidelity").data
        with Image.open(io.BytesIO(data)) as image:
            copy = np.asarray(image.convert("RGB"))
        return [psnr_y(pixels, copy, data_range=255, weights=region) for region in regions]

    none, auto, first, second = (psnr(steering) for steering in ("none", "auto", *maps))
    found = [none, auto, [second[0], first[1]], [first[0], second[1]]]
    return [float(np.mean(each)) for each in found]


def halves(fixations: Points, rng: np.random.Generator) -> list[Points]:
    """The fixations of two halves of the viewers."""
    viewers = rng.permutation(np.unique(fixations[:, 0]))
    first = np.isin(fixations[:, 0], viewers[: len(viewers) // 2])
    return [fixations[first], fixations[~first]]


def share(gains: npt.NDArray[np.float64], name: str, whole: str) -> dict[str, Any]:
    """The share of the mean gain under one map that another reaches. gains: (N, maps)."""
    both = gains[:, [MAPS.index(name), MAPS.index(whole)]]
    return statistic_estimate(both, lambda mean: float(mean[0] / mean[1])).to_dict(DIGITS)
