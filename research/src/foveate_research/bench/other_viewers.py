"""How much of what viewers' own map gains does a map gain that has not seen where they looked?

The viewers of each picture are dealt into two halves. Where people look is measured on one half,
and the encoder is steered by

- `own`: the map of the same half, which knows what it is measured by;
- `others`: the map of the other half: people, but other people;
- `auto`: Foveate's own map, which has seen neither; `none`: a flat map.

All files have the bytes of plain JPEG at a quality. Each half takes either part; a picture's number
is the mean of both. Prints JSON: luma PSNR over the fifth where the measured half looked most, and
which share of what `own` gains over `none` the others reach, with 95 % intervals over pictures.

    python -m foveate_research.bench.other_viewers --data DIR [--quality 50] [--save results/other-viewers.json]

DIR holds images/ and fixations/ (KEY.npy: viewer, x, y), as the set `coding`.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import foveate
from foveate.coders.jpeg.pillow_jpeg import bytes_at_quality
from foveate.metrics.quality import psnr_y
from foveate.pictures import read_picture
from foveate.saliency import map_from_array
from foveate_research.coders.gaze import top_fifth, viewers_density
from foveate_research.datasets.fixation_files import read_fixation_file
from foveate_research.datasets.folders import PICTURES, files_by_key, matched
from foveate_research.intervals import mean_estimate, statistic_estimate
from foveate_research.records import files_hash, head, publish

MAPS = ("none", "auto", "others", "own")
SEED = 0
DIGITS = 4


def halves(fixations: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """The fixations of two halves of the viewers."""
    viewers = rng.permutation(np.unique(fixations[:, 0]))
    first = np.isin(fixations[:, 0], viewers[: len(viewers) // 2])
    return [fixations[first], fixations[~first]]


def measured(pixels: np.ndarray, fixations: np.ndarray, quality: int, seed: int) -> list[float]:
    """Luma PSNR where half of the viewers looked, by map; the mean of both halves."""
    height, width = pixels.shape[:2]
    densities = [
        viewers_density(half, height, width)
        for half in halves(fixations, np.random.default_rng(seed))
    ]
    regions = [top_fifth(density).astype(np.float64) for density in densities]
    picture = read_picture(pixels)
    maps: list[Any] = [map_from_array(d.astype(np.float32), picture) for d in densities]
    size = bytes_at_quality(pixels, quality)

    def psnr(steering: Any) -> list[float]:
        """Of one file, over both halves' regions."""
        data = foveate.compress(pixels, size_bytes=size, map=steering).data
        with Image.open(io.BytesIO(data)) as image:
            copy = np.asarray(image.convert("RGB"))
        return [psnr_y(pixels, copy, data_range=255, weights=region) for region in regions]

    none, auto, first, second = (psnr(steering) for steering in ("none", "auto", *maps))
    found = [none, auto, [second[0], first[1]], [first[0], second[1]]]
    return [float(np.mean(each)) for each in found]


def share(gains: np.ndarray, name: str, whole: str) -> dict[str, Any]:
    """Of the mean gain under one map, what another reaches. gains: (N, maps)."""
    both = gains[:, [MAPS.index(name), MAPS.index(whole)]]
    return statistic_estimate(both, lambda mean: float(mean[0] / mean[1])).to_dict(DIGITS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the set")
    parser.add_argument("--quality", type=int, default=50, help="of plain JPEG, whose bytes count")
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()

    where = options.data / "images"
    images = files_by_key(where, PICTURES)
    points = files_by_key(options.data / "fixations", (".npy",))
    keys = matched(images, points, what="fixations", where=where)
    rows = []
    for number, key in enumerate(keys):
        pixels = read_picture(images[key]).pixels
        fixations = read_fixation_file(points[key], *pixels.shape[:2])
        rows.append(measured(pixels, fixations, options.quality, SEED + number))
        print(f"{key}: {dict(zip(MAPS, rows[-1], strict=True))}", file=sys.stderr)
    numbers = np.array(rows)
    gains = numbers - numbers[:, :1]
    record: dict[str, Any] = head(("foveate", "numpy", "pillow", "onnxruntime"))
    record |= {
        "set": {
            "folder": options.data.name,
            "count": len(keys),
            "sha256": files_hash([*(images[k] for k in keys), *(points[k] for k in keys)]),
        },
        "seed": SEED,
        "quality": options.quality,
        "psnr_where_half_looked": {
            name: mean_estimate(numbers[:, i]).to_dict(DIGITS)
            | {"pictures": numbers[:, i].round(DIGITS).tolist()}
            for i, name in enumerate(MAPS)
        },
        "gain_over_none": {
            name: mean_estimate(gains[:, i]).to_dict(DIGITS) for i, name in enumerate(MAPS) if i
        },
        "share_of_gain": {
            f"{name} of {whole}": share(gains, name, whole)
            for name, whole in (("auto", "own"), ("others", "own"), ("auto", "others"))
        },
    }
    publish(record, options.save)


if __name__ == "__main__":
    main()
