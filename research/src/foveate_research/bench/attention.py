"""Measure maps against people: fixations, density maps and masks, with baselines and humans.

    python -m foveate_research.bench.attention --data DIR [--sets osie-val ...] [--models foveate-s ...]
                                   [--save results/attention.json]

DIR holds the sets of `foveate train` and gaze-test. Prints JSON: per set and model the mean of
each metric with a 95 % bootstrap interval over pictures, and the numbers per picture. NSS and the
AUCs take all points of a picture; shuffled AUC draws 100 times as many of the other pictures'
fixations; information gain is over the Gaussian of the other pictures' fixations; humans are each
viewer against the density of the others. max F, the F of mean precision and mean recall, is over
the set. Maps are what the models say, however unsure; measured as `foveate evaluate` measures.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from foveate_research.datasets.attention import (
    AttentionPicture,
    read_densities,
    read_fixations,
    read_gaze_test,
    read_masks,
)
from foveate_research.datasets.shards import shard_paths
from foveate_research.maps.fixations import HUMANS, FixationOptions, measure_fixations
from foveate_research.maps.masks import MaskScores, measure_masks
from foveate_research.maps.measuring import Scores, maps_of_model
from foveate_research.metrics.humans import SIGMA_OF_WIDTH
from foveate_research.records import head, publish

MODELS = (
    *("centre", "spectral-residual", "salnet"),
    *("foveate-s", "foveate-s-gaze", "foveate-s-mask"),
)
SETS: dict[str, tuple[str, str, Callable[[Path], list[AttentionPicture]]]] = {
    "duts-test": ("duts", "test", lambda data: read_masks(data / "duts", "test")),
    "duts-val": ("duts", "val", lambda data: read_masks(data / "duts", "val")),
    "osie-val": ("osie", "val", lambda data: read_fixations(data / "osie", "val")),
    "crowd": ("gaze-test", "crowd", lambda data: read_gaze_test(data / "gaze-test", "crowd")),
    "mit": ("gaze-test", "mit", lambda data: read_gaze_test(data / "gaze-test", "mit")),
    "scenes-val": (
        "gaze-scenes",
        "val",
        lambda data: read_densities(data / "gaze-scenes", "val"),
    ),
    "more-scene": (
        "gaze-more",
        "val scene",
        lambda data: _starting("scene", read_fixations(data / "gaze-more", "val")),
    ),
    "more-crowd": (
        "gaze-more",
        "val crowd",
        lambda data: _starting("crowd", read_fixations(data / "gaze-more", "val")),
    ),
}
HUMAN_SIGMA = {"osie-val": 0.03, "crowd": 0.025, "more-crowd": 0.025, "more-scene": 0.04}
MASK_METRICS = {"mae": "mae", "max_f_of_mean_rates": "max_f", "max_f_of_mean_curve": "max_f_curve"}
FIXATION_METRICS = {
    "nss": "nss",
    "auc_judd": "auc_judd",
    "shuffled_auc": "shuffled_auc",
    "information_gain_others": "information_gain",
    "cc": "cc",
    "sim": "sim",
    "kl": "kl",
}
"""What the record keeps, and under which name."""


def _starting(name: str, pictures: list[AttentionPicture]) -> list[AttentionPicture]:
    return [picture for picture in pictures if picture.key.startswith(name)]


def measure(name: str, data: Path, models: list[str]) -> dict[str, Any]:
    """One set's row."""
    folder, part, read = SETS[name]
    pictures = read(data)
    if not pictures:
        raise SystemExit(f"{data / folder} holds no pictures of {part}")
    row: dict[str, Any] = {"set": folder, "part": part, "count": len(pictures), "models": {}}
    row["sha256"] = _hashes(data / folder, part)
    row["keys"] = [picture.key for picture in pictures]
    sources = {model: maps_of_model(model) for model in models}
    found: dict[str, Scores] = {}
    if pictures[0].mask is not None:
        found.update(measure_masks(pictures, sources, brief=True))
    else:
        options = FixationOptions(density_sigma_of_width=HUMAN_SIGMA.get(name, SIGMA_OF_WIDTH))
        found.update(measure_fixations(pictures, sources, options=options))
    for source, scores in found.items():
        if source in sources or source == HUMANS:
            row["models"][source] = _summary(scores)
    return row


def _summary(scores: Scores) -> dict[str, Any]:
    """Means, 95 % intervals and, where a metric has them, the numbers per picture."""
    estimates = scores.estimates()
    kept = MASK_METRICS if isinstance(scores, MaskScores) else FIXATION_METRICS
    summary: dict[str, Any] = {}
    for metric, name in kept.items():
        if metric in estimates:
            summary[name] = estimates[metric].to_dict()
        if metric in scores.numbers:
            summary[name]["pictures"] = [round(value, 4) for value in scores.numbers[metric]]
    return summary


def _hashes(folder: Path, part: str) -> dict[str, str]:
    """SHA-256 of the shards, or of the manifest of a set that is plain folders."""
    if (folder / "images").is_dir():
        paths = [folder / "manifest.json"]
    else:
        paths = shard_paths(folder, part.split()[0])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()
    rows = []
    for name in options.sets:
        rows.append(measure(name, options.data, options.models))
        for model, metrics in rows[-1]["models"].items():
            found = ", ".join(f"{metric} {value['mean']}" for metric, value in metrics.items())
            print(f"{name} {model}: {found}", file=sys.stderr)
    publish(head(["foveate", "numpy", "onnxruntime", "Pillow"]) | {"rows": rows}, options.save)


if __name__ == "__main__":
    main()
