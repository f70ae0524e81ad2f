"""Fit the curve from a block's rank in the map to its log weight, on human fixations.

Over pictures that the model was not trained on: how likely a block of rank r lies in the fifth of
the picture where people looked most. The logarithm of that is the curve in
`foveate.saliency.weights`; its power is one of the constants that `tune_encoder.py` searches.
For the controls named after it, the power that brings that curve nearest to their own: the
confidence that they are given.

    python -m foveate_research.tuning.weight_curve --data DIR [--model foveate-s-gaze] [--controls ...]
                                          [--save results/weight-curve.json]

DIR holds WebDataset shards val-*.tar of KEY.webp + KEY.fix.npy (viewer, x, y).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from foveate.saliency import saliency_map
from foveate.saliency.weights import ranks
from foveate_research.coders.gaze import top_fifth, viewers_density
from foveate_research.datasets.attention import AttentionPicture, read_fixations
from foveate_research.datasets.shards import shard_paths
from foveate_research.records import files_hash, head, publish

EDGES = np.concatenate([np.linspace(0, 0.8, 9), np.linspace(0.85, 1, 4)])
FLOOR = 0.01
"""Added to every likelihood: what an unforeseen glance is worth, and a bound on the weights."""


def log_likelihood(pictures: list[AttentionPicture], model: str) -> tuple[np.ndarray, np.ndarray]:
    """Per bin of ranks: how likely people look there, and its logarithm above the lowest bin's."""
    looked, seen = np.zeros(len(EDGES) - 1), np.zeros(len(EDGES) - 1)
    for picture in pictures:
        height, width = picture.pixels.shape[:2]
        density = viewers_density(picture.fixations, height, width)
        values = saliency_map(picture.pixels, model=model).of_blocks()
        centres = top_fifth(density)[4::8, 4::8]  # one pixel a whole block
        rank = ranks(values)[: centres.shape[0], : centres.shape[1]]
        seen += np.histogram(rank, EDGES)[0]
        looked += np.histogram(rank[centres], EDGES)[0]
    likelihood = np.maximum.accumulate(looked / np.maximum(seen, 1))
    log_weights = np.log(likelihood + FLOOR)
    return likelihood, log_weights - log_weights[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of val-*.tar shards")
    parser.add_argument("--model", default="foveate-s-gaze")
    parser.add_argument(
        "--controls", nargs="*", default=["centre", "spectral-residual", "foveate-s-mask"]
    )
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()

    pictures = read_fixations(options.data, "val")
    likelihood, curve = log_likelihood(pictures, options.model)
    centred = curve - curve.mean()
    powers = {}
    for name in options.controls:
        own = log_likelihood(pictures, name)[1]
        powers[name] = round(float(centred @ (own - own.mean()) / (centred @ centred)), 3)
    publish(
        {
            **head(["numpy", "onnxruntime", "foveate"]),
            "set": {
                "folder": options.data.name,
                "part": "val",
                "count": len(pictures),
                "sha256": files_hash(shard_paths(options.data, "val")),
            },
            "model": options.model,
            "ranks": ((EDGES[:-1] + EDGES[1:]) / 2).round(4).tolist(),
            "likelihood": likelihood.round(4).tolist(),
            "log_weights": curve.round(3).tolist(),
            "confidence": powers,
        },
        options.save,
    )


if __name__ == "__main__":
    main()
