"""Fit SalNet's confidence, on pictures not held for measuring.

The levels of its map, before the peak divides them, say how much is looked at. How far the highest
stands above the mean is taken on featureless pictures, whose greys give the end at which confidence
is 0, and on the val part of gaze-more, whose median gives the end at which it is 1; beside it its
correlation with NSS over these. The constants live in models/readings/salnet.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from foveate.models.registry import get_model
from foveate.models.session import run_network
from foveate.saliency.glance import glance
from foveate_research.datasets.attention import read_fixations
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.measuring import Pixels, Tick, ignore
from foveate_research.models.readings.salnet import grey_levels, rise
from foveate_research.records import head
from foveate_research.tuning.map import QUANTILES, Floats, featureless, score

MODEL = "salnet"
STEPS = 2
"""How often `salnet_fit` ticks."""


def levels_of(pixels: Pixels) -> Floats:
    """The network's grey levels for a picture."""
    height, width = get_model(MODEL).size(*pixels.shape[:2])
    return grey_levels(run_network(MODEL, glance(pixels, height=height, width=width), 2))


def salnet_fit(data: Path, *, tick: Tick = ignore) -> dict[str, Any]:
    """The rises of maps of nothing and of pictures. data: the folder of the sets."""
    pictures = read_fixations(data / "gaze-more", "val")
    tick("featureless pictures")
    nothing = {name: _rise(levels_of(pixels)) for name, pixels in featureless().items()}
    tick("gaze-more")
    levels = [levels_of(picture.pixels) for picture in pictures]
    rises = [_rise(found) for found in levels]
    scores = [score(found, picture) for found, picture in zip(levels, pictures, strict=True)]
    return {
        **head(("numpy", "onnxruntime", "foveate")),
        "model": {"name": MODEL, "sha256": get_model(MODEL).sha256},
        "set": describe_shards(data / "gaze-more", "val", len(pictures)),
        "rise_of_featureless_pictures": nothing,
        "rise_quantiles": dict(
            zip(map(str, QUANTILES), np.quantile(rises, QUANTILES).round(1).tolist(), strict=True)
        ),
        "correlation_of_rise_with_nss": round(float(np.corrcoef(rises, scores)[0, 1]), 3),
        "nss": round(float(np.mean(scores)), 3),
    }


def _rise(levels: Floats) -> float:
    return round(rise(levels.astype(np.float32)), 1)
