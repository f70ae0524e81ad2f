"""How much of what people looked at crops keep: Foveate's, libvips's and smartcrop.py's windows.

Every way is asked for a window of the same size, and is given the picture alone. The best window is
placed by the fixations themselves: the bound of them all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from foveate import read_picture
from foveate._crop import Shape, crops_by_map, window_map
from foveate.saliency.windows import SummedMap
from foveate.settings import Box
from foveate_research.bench.timing import drawn, timed_for
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.sets import PictureSet
from foveate_research.intervals import mean_estimate, paired_difference
from foveate_research.maps.kept_shares import CUT_SHAPE, centred, looked_at, window_sizes
from foveate_research.maps.measuring import Pixels, Tick, ignore
from foveate_research.records import head

OURS, CUTTING, BOUND = "foveate", "foveate, cuts allowed", "best window"
PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "pyvips", "smartcrop")
LARGE = (3000, 4000)
REDUCED = 256

Size = tuple[int, int]
Place = Callable[[Size], Box]
"""Where a way puts a window of that width and height in the picture that it was shown."""


def crops_record(
    pictures: PictureSet[AttentionPicture], *, seconds: float = 2.0, tick: Tick = ignore
) -> dict[str, Any]:
    """The record: by size of window and way, what is kept, with intervals over pictures.

    seconds: how long a window on a picture of 12 megapixels is timed.
    """
    peers, notes = _peers()
    kept: dict[str, dict[str, list[float]]] = {}
    cut: dict[str, list[float]] = {}
    keys = []
    for picture in pictures:
        tick(picture.key)
        keys.append(picture.key)
        height, width = picture.pixels.shape[:2]
        viewers = looked_at(picture)
        ways = _own(picture.pixels) | {name: make(picture.pixels) for name, make in peers.items()}
        ways |= {"centre": partial(centred, width, height), BOUND: partial(_best, viewers)}
        for name, size in window_sizes(height, width).items():
            for way, place in ways.items():
                box = place(size)
                kept.setdefault(name, {}).setdefault(way, []).append(viewers.kept(box))
                if name == CUT_SHAPE:
                    cut.setdefault(way, []).append(viewers.cut(box))
    return head(PACKAGES) | {
        "set": pictures.name,
        "part": pictures.part,
        "pictures": keys,
        "kept": {name: _estimates(of) for name, of in kept.items()},
        "cut": {way: mean_estimate(of).to_dict() for way, of in cut.items()},
        "speed": _speed(seconds),
        "notes": notes,
    }


def _estimates(ways: dict[str, list[float]]) -> dict[str, Any]:
    """Each way's mean and interval, every picture's number, and ours minus it."""
    return {
        way: {
            **mean_estimate(numbers).to_dict(),
            "foveate_minus": paired_difference(ways[OURS], numbers).to_dict(),
            "per_picture": [round(number, 4) for number in numbers],
        }
        for way, numbers in ways.items()
    }


def _own(pixels: Pixels) -> dict[str, Place]:
    table = SummedMap(window_map("auto", read_picture(pixels)))
    return {OURS: partial(_careful, table), CUTTING: partial(_best, table)}


def _best(table: SummedMap, size: Size) -> Box:
    window = table.best(*size)
    assert window is not None
    return window.box


def _careful(table: SummedMap, size: Size) -> Box:
    window = table.best(*size, avoid_cuts=True)
    assert window is not None
    return window.box


def _peers() -> tuple[dict[str, Callable[[Pixels], Place]], list[str]]:
    """The packages' ways that can be asked, and a note for each package that is missing."""
    found: dict[str, Callable[[Pixels], Place]] = {}
    notes = []
    try:
        import pyvips  # noqa: F401

        found |= {f"libvips {way}": partial(_libvips, way) for way in ("attention", "entropy")}
    except (ImportError, OSError):
        notes.append("libvips is left out: pip install pyvips pyvips-binary")
    try:
        import smartcrop  # noqa: F401

        found["smartcrop.py"] = _smartcrop
    except ImportError:
        notes.append("smartcrop.py is left out: pip install smartcrop")
    return found, notes


def _libvips(way: str, pixels: Pixels) -> Place:
    import pyvips

    image = pyvips.Image.new_from_array(np.ascontiguousarray(pixels))

    def place(size: Size) -> Box:
        window = image.smartcrop(*size, interesting=way)
        return -int(window.xoffset), -int(window.yoffset), *size

    return place


def _smartcrop(pixels: Pixels) -> Place:
    """On the picture reduced to REDUCED pixels, as its own `crop` reduces for thumbnails."""
    import smartcrop

    height, width = pixels.shape[:2]
    scale = min(1.0, REDUCED / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(pixels).resize(small, Image.Resampling.LANCZOS)
    finder = smartcrop.SmartCrop()

    def place(size: Size) -> Box:
        window = [max(1, int(side * scale)) for side in size]
        found = finder.analyse(image, *window, max_scale=1, min_scale=1, num_scale_steps=1)
        x, y = (int(found["top_crop"][name] / scale) for name in ("x", "y"))
        return min(x, width - size[0]), min(y, height - size[1]), *size

    return place


def _speed(seconds: float) -> dict[str, Any]:
    """Milliseconds of the map, and of a window with its pixels beyond the map, at 12 megapixels."""
    picture = read_picture(drawn(*LARGE))
    shapes = [Shape.of_aspect("9:16")]
    saliency = window_map("auto", picture, threads=1)
    runs = {
        "map_ms": timed_for(lambda: window_map("auto", picture, threads=1), seconds),
        "window_ms": timed_for(lambda: crops_by_map(picture, saliency, shapes), seconds),
    }
    least = {name: round(1000 * min(run.work for run in of), 2) for name, of in runs.items()}
    return {"picture": f"{LARGE[1]}x{LARGE[0]}, one thread", **least}
