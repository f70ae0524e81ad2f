"""What a map is worth that was made of few pixels, for pictures of several sizes.

Each picture of `foveate_research.tuning.steering` is reduced to a longer side, the network looks at
it at several working sizes, and the gain over no map is foretold from the weights of blocks. The
constants of `foveate.models.readings.foveate_s.quick_size` were chosen by the record.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foveate.metrics.quality import salient_pixels
from foveate.models.confidence import gaze_confidence
from foveate.models.readings.foveate_s import PIXELS, quick_size
from foveate.models.readout import read_out
from foveate.models.session import run_network
from foveate.models.working_size import working_size
from foveate.saliency import SaliencyMap
from foveate.saliency.glance import glance
from foveate_research.datasets.attention import AttentionPicture, read_densities, read_fixations
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.measuring import Pixels, Tick, ignore
from foveate_research.records import head
from foveate_research.tuning.steering import Floats, foretold_gain, in_blocks, watched

LONGER_SIDES = (160, 240, 320, 512)
TRIED = (PIXELS, 110_000, 77_000, 49_152, 28_000, 16_384)
"""Working sizes in pixels."""
DB = 0.607
"""dB of real files for each that is foretold, by results/steering-fit.json."""


def quick_fit(data: Path, *, tick: Tick = ignore, every: int = 1) -> dict[str, Any]:
    """The record. data: the folder of gaze-more and gaze-scenes, whose val parts are used.

    every: only each so many-th picture.
    """
    points = read_fixations(data / "gaze-more", "val")[::every]
    maps = read_densities(data / "gaze-scenes", "val")[::every]
    gains: dict[int, list[list[float]]] = {side: [] for side in LONGER_SIDES}
    for picture in (*points, *maps):
        tick(picture.key)
        for side, found in _gains(picture).items():
            gains[side].append(found)
    names = [*(str(pixels) for pixels in TRIED), "quick"]
    return {
        **head(("numpy", "pillow", "onnxruntime", "foveate")),
        "sets": [
            describe_shards(data / "gaze-more", "val", len(points)),
            describe_shards(data / "gaze-scenes", "val", len(maps)),
        ],
        "every": every,
        "dB_by_longer_side": {
            str(side): {
                "pictures": len(rows),
                **dict(zip(names, (DB * np.mean(rows, axis=0)).round(3).tolist(), strict=True)),
            }
            for side, rows in gains.items()
            if rows
        },
    }


def _gains(picture: AttentionPicture) -> dict[int, list[float]]:
    """By longer side, what is foretold for each working size and for the quick one."""
    whole = watched(picture.key, picture)
    longest = max(whole.region.shape)
    found = {}
    for side in LONGER_SIDES:
        if side > longest:
            continue
        height, width = (max(8, round(n * side / longest)) for n in whole.region.shape)
        small = Image.fromarray(whole.pixels).resize((width, height), Image.Resampling.LANCZOS)
        pixels = np.asarray(small)
        area = in_blocks(salient_pixels(whole.own.resized(height, width)))
        sizes = [working_size(height, width, pixels=tried) for tried in TRIED]
        sizes.append(quick_size(height, width))
        found[side] = [_foretold(pixels, size, area) for size in sizes]
    return found


def _foretold(pixels: Pixels, size: tuple[int, int], area: Floats) -> float:
    """The gain by a map that the network makes at a working size of (height, width)."""
    looked = glance(pixels, height=size[0], width=size[1])
    outputs = run_network("foveate-s", looked, 1)
    values = read_out(outputs["mix"])
    confidence = gaze_confidence(outputs["gaze"], looked)
    height, width = pixels.shape[:2]
    return foretold_gain(SaliencyMap(values / values.max(), height, width, confidence, "fit"), area)
