"""Fit the curve from a block's rank in the map to its log weight, on human fixations.

Over pictures that the model was not trained on: how likely a block of rank r lies in the fifth of
the picture where people looked most. The logarithm of that is the curve in
`foveate.saliency.weights`; its power is one of the constants that `tuning.encoder` searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality import salient_pixels
from foveate.saliency import saliency_map
from foveate.saliency.weights import ranks
from foveate_research.coders.gaze import viewers_density
from foveate_research.datasets.attention import AttentionPicture, read_fixations
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

Floats = npt.NDArray[np.float64]

CONTROLS = ("centre", "spectral-residual", "foveate-s-mask")
EDGES = np.concatenate([np.linspace(0, 0.8, 9), np.linspace(0.85, 1, 4)])
FLOOR = 0.01
"""Added to every likelihood: what an unforeseen glance is worth, and a bound on the weights."""


def log_likelihood(pictures: list[AttentionPicture], model: str) -> tuple[Floats, Floats]:
    """Per bin of ranks: how likely people look there, and its logarithm above the lowest bin's."""

    def seen() -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]]:
        for picture in pictures:
            assert picture.fixations is not None
            height, width = picture.pixels.shape[:2]
            density = viewers_density(picture.fixations, height, width)
            values = saliency_map(picture.pixels, model=model).of_blocks()
            yield ranks(values), salient_pixels(density)

    return curve_of(seen())


def curve_of(
    pictures: Iterable[tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]],
) -> tuple[Floats, Floats]:
    """As `log_likelihood`, of the ranks of blocks and the regions (H, W) where people looked."""
    looked, seen = np.zeros(len(EDGES) - 1), np.zeros(len(EDGES) - 1)
    for ranked, region in pictures:
        centres = region[4::8, 4::8]  # one pixel a whole block
        rank = ranked[: centres.shape[0], : centres.shape[1]]
        seen += np.histogram(rank, EDGES)[0]
        looked += np.histogram(rank[centres], EDGES)[0]
    likelihood = np.maximum.accumulate(looked / np.maximum(seen, 1))
    log_weights = np.log(likelihood + FLOOR)
    return likelihood, log_weights - log_weights[0]


def weight_curve(
    data: Path, model: str, controls: Sequence[str], *, tick: Tick = ignore
) -> dict[str, Any]:
    """The curve of a model, and the power of it that is nearest to each control's own curve.

    That power is the confidence that the control is given. data: the folder of one set of shards
    with fixations, of which the val part is taken.
    """
    pictures = read_fixations(data, "val")
    tick(model)
    likelihood, curve = log_likelihood(pictures, model)
    centred = curve - curve.mean()
    powers = {}
    for name in controls:
        tick(name)
        own = log_likelihood(pictures, name)[1]
        powers[name] = round(float(centred @ (own - own.mean()) / (centred @ centred)), 3)
    return {
        **head(("numpy", "onnxruntime", "foveate")),
        "set": describe_shards(data, "val", len(pictures)),
        "model": model,
        "ranks": ((EDGES[:-1] + EDGES[1:]) / 2).round(4).tolist(),
        "likelihood": likelihood.round(4).tolist(),
        "log_weights": curve.round(3).tolist(),
        "confidence": powers,
    }
