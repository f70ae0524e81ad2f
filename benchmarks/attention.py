"""Measure maps against people: fixations, density maps and masks, with baselines and humans.

    python benchmarks/attention.py --data DIR [--sets osie-val ...] [--models foveate-s ...]
                                   [--save results/attention.json]

DIR holds the sets of `foveate train` and gaze-test. Prints JSON: per set and model the mean of
each metric with a 95 % bootstrap interval over pictures, and the numbers per picture. NSS and
AUC-Judd take all points of a picture; humans are each viewer against the density of the others;
max F (with its MAE) is over the set. Maps are what `foveate.saliency_map` gives.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from foveate.datasets.attention import (
    AttentionPicture,
    read_densities,
    read_fixations,
    read_gaze_test,
    read_masks,
)
from foveate.datasets.shards import shard_paths
from foveate.metrics.attention.fixations import (
    auc_judd,
    correlation,
    kl_divergence,
    nss,
    similarity,
)
from foveate.metrics.attention.masks import max_f, mean_absolute_error, precision_and_recall
from foveate.saliency import saliency_map

MODELS = ("centre", "spectral-residual", "foveate-s", "foveate-s-gaze", "foveate-s-mask")
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
RESAMPLES = 2000


def _starting(name: str, pictures: list[AttentionPicture]) -> list[AttentionPicture]:
    return [picture for picture in pictures if picture.key.startswith(name)]


def scores(values: np.ndarray, picture: AttentionPicture) -> dict[str, float]:
    """The metrics of one map for one picture."""
    if picture.fixations is not None:
        points = picture.fixations[:, 1:3]
        return {"nss": nss(values, points), "auc_judd": auc_judd(values, points)}
    if picture.density is not None:
        rows, columns = picture.density.shape
        small = np.asarray(Image.fromarray(values).resize((columns, rows), Image.Resampling.BOX))
        return {
            "cc": correlation(small, picture.density),
            "sim": similarity(small, picture.density),
            "kl": kl_divergence(small, picture.density),
        }
    return {"mae": mean_absolute_error(values, picture.mask)}


def human_scores(picture: AttentionPicture, sigma: float) -> dict[str, float]:
    """Each viewer's points against the density of the others; means over all points."""
    height, width = picture.pixels.shape[:2]
    viewers = picture.fixations[:, 0]
    total, count = 0.0, 0
    for viewer in np.unique(viewers):
        mine = picture.fixations[viewers == viewer, 1:3]
        others = picture.fixations[viewers != viewer, 1:3]
        if len(others) == 0:
            continue
        seen = np.zeros((height, width))
        np.add.at(seen, (others[:, 1], others[:, 0]), 1)
        total += nss(gaussian_filter(seen, sigma * width, mode="constant"), mine) * len(mine)
        count += len(mine)
    return {"nss": total / max(count, 1)}


def summary(numbers: list[float], rng: np.random.Generator) -> dict[str, Any]:
    """Mean, 95 % bootstrap interval over pictures, and the numbers themselves."""
    values = np.array(numbers)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "mean": round(float(values.mean()), 4),
        "interval_95": [round(float(low), 4), round(float(high), 4)],
        "pictures": [round(float(value), 4) for value in values],
    }


def max_f_summary(curves: list[Any], rng: np.random.Generator) -> dict[str, Any]:
    """max F over the set, its interval from resampled pictures."""
    found = []
    for _ in range(RESAMPLES // 10):
        chosen = rng.integers(0, len(curves), len(curves))
        found.append(max_f([curves[index] for index in chosen]))
    low, high = np.quantile(found, [0.025, 0.975])
    return {
        "mean": round(max_f(curves), 4),
        "interval_95": [round(float(low), 4), round(float(high), 4)],
    }


def measure(name: str, data: Path, models: list[str]) -> dict[str, Any]:
    """One set's row."""
    folder, part, read = SETS[name]
    pictures = read(data)
    if not pictures:
        raise SystemExit(f"{data / folder} holds no pictures of {part}")
    row: dict[str, Any] = {"set": folder, "part": part, "count": len(pictures), "models": {}}
    row["sha256"] = _hashes(data / folder, part)
    row["keys"] = [picture.key for picture in pictures]
    for model in models:
        rng = np.random.default_rng(0)
        per_picture: dict[str, list[float]] = {}
        curves = []
        for picture in pictures:
            values = saliency_map(picture.pixels, model=model).values
            for metric, value in scores(values, picture).items():
                per_picture.setdefault(metric, []).append(value)
            if picture.mask is not None:
                curves.append(precision_and_recall(values, picture.mask))
        row["models"][model] = {
            metric: summary(numbers, rng) for metric, numbers in per_picture.items()
        }
        if curves:
            row["models"][model]["max_f"] = max_f_summary(curves, rng)
    if name in HUMAN_SIGMA:
        humans = [human_scores(picture, HUMAN_SIGMA[name])["nss"] for picture in pictures]
        row["models"]["humans, leave one out"] = {"nss": summary(humans, np.random.default_rng(0))}
    return row


def _hashes(folder: Path, part: str) -> dict[str, str]:
    """SHA-256 of the shards, or of the manifest of a set that is plain folders."""
    if (folder / "images").is_dir():
        paths = [folder / "manifest.json"]
    else:
        paths = shard_paths(folder, part.split()[0])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _lists_on_one_line(text: str) -> str:
    """Indented JSON with its innermost lists closed up."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text)


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
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    ).stdout.strip()
    record = {
        "command": "python benchmarks/attention.py --data DIR",
        "commit": commit,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}",
        "rows": rows,
    }
    text = _lists_on_one_line(json.dumps(record, indent=1))
    if options.save is not None:
        options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
