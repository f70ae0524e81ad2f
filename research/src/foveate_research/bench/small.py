"""How long small pictures take on one thread, beside mozjpeg in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

import foveate
from foveate_research.bench.timing import Pixels, timed
from foveate_research.coders.rivals import mozjpeg

SIDES = (160, 320, 768)
"""Longer sides in pixels."""
QUALITY = 80
MOST_PICTURES = 8

Coder = Callable[[Pixels], object]


def _foveate(pixels: Pixels, **choices: Any) -> bytes:
    return foveate.compress(pixels, quality=QUALITY, threads=1, **choices).data


CODERS: dict[str, Coder] = {
    "foveate_fast": partial(_foveate, effort="fast"),
    "foveate_fast_no_map": partial(_foveate, effort="fast", map="none"),
    "foveate": _foveate,
    "foveate_no_map": partial(_foveate, map="none"),
    "mozjpeg": lambda pixels: mozjpeg(pixels, QUALITY),
}


def small(pictures: Sequence[Pixels], runs: int) -> dict[str, Any]:
    """Milliseconds of processor time at quality 80, by longer side and coder.

    The coders take turns on each picture. Of its runs the median counts, and of the pictures, eight
    at the most, the mean. `ratio`: a coder's milliseconds over mozjpeg's.
    """
    import pyvips

    pyvips.voperation.cache_set_max(0)
    pyvips.vips_lib.vips_concurrency_set(1)
    some = pictures[:MOST_PICTURES]
    return {
        "quality": QUALITY,
        "threads": 1,
        "runs": runs,
        "pictures": len(some),
        "by_longer_side": {
            str(side): _row([_reduced(pixels, side) for pixels in some], runs) for side in SIDES
        },
    }


def _reduced(pixels: Pixels, side: int) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    scale = side / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def _row(pictures: Sequence[Pixels], runs: int) -> dict[str, Any]:
    for pixels in pictures:  # so that all is warm
        for code in CODERS.values():
            code(pixels)
    medians: dict[str, list[float]] = {name: [] for name in CODERS}
    for pixels in pictures:
        turns = [
            {name: timed(partial(code, pixels)).work for name, code in CODERS.items()}
            for _ in range(runs)
        ]
        for name in CODERS:
            medians[name].append(statistics.median(turn[name] for turn in turns))
    ms = {name: 1000 * statistics.mean(seconds) for name, seconds in medians.items()}
    return {
        "width": pictures[0].shape[1],
        "height": pictures[0].shape[0],
        "ms": {name: round(value, 2) for name, value in ms.items()},
        "ratio": {name: round(value / ms["mozjpeg"], 2) for name, value in ms.items()},
    }
