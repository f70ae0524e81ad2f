"""Measure salient-object maps on whole and on spoilt pictures: what MEnet's tables ask.

    python -m foveate_research.bench.objects --data DIR [--models NAME ...] [--count N]
                                 [--save results/objects.json]

DIR holds the set duts; its test part is measured as it is, with white Gaussian noise of random
strength (sigma 0 to 50 of 255) and through JPEG of random quality (5 to 50), the draws seeded by
the pictures' names. Prints JSON: per model and way F at twice the map's mean (adaptive_f), max F,
mean F and MAE with 95 % intervals over pictures, and MEnet minus each ablation, picture by picture.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from foveate.models.registry import list_models
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.sets import PictureSet
from foveate_research.maps.measuring import maps_of_model
from foveate_research.maps.robustness import Spoiling, measure_robustness
from foveate_research.papers.menet_tables import COMPARED
from foveate_research.records import head, publish

SET, PART = "duts", "test"
WAYS = {"none": Spoiling("none"), "noise": Spoiling("noise"), "jpeg": Spoiling("jpeg")}
MODELS = (
    *("menet", "menet-ce", "menet-ce-only", "menet-ce-plain", "foveate-s-mask", "foveate-s"),
    *("msroi", "cam", "spectral-residual", "centre"),
)
DIFFERENCES = ("adaptive_f", "max_f_of_mean_curve", "mae")
PACKAGES = ("foveate", "numpy", "onnxruntime", "pillow")


def measure(data: Path, models: list[str], count: int | None) -> dict[str, Any]:
    """The set, every model's numbers by the way of spoiling, and the paired differences."""
    pictures: PictureSet[Any] = open_shards(data / SET, PART)
    if count is not None:
        pictures = pictures.first(count)
    sources = {model: maps_of_model(model) for model in models}
    found = measure_robustness(pictures, sources, spoilings=WAYS.values())
    row: dict[str, Any] = pictures.described() | {"models": {}, "differences": []}
    for model in models:
        row["models"][model] = {}
        for way, spoiling in WAYS.items():
            estimates = found[spoiling.name][model].estimates()
            told = {metric: value.to_dict() for metric, value in estimates.items()}
            row["models"][model][way] = told
            print(f"{model} {way}: {told}", file=sys.stderr)
    for first, second in COMPARED:
        if first not in models or second not in models:
            continue
        for way, spoiling in WAYS.items():
            less = found[spoiling.name][first].less(found[spoiling.name][second])
            row["differences"] += [
                {"first": first, "second": second, "way": way, "metric": metric}
                | less[metric].to_dict()
                for metric in DIFFERENCES
            ]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--models", nargs="+", help="names of the registry")
    parser.add_argument("--count", type=int, help="only the first pictures")
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()
    there = {entry.name for entry in list_models()}
    models = options.models or [model for model in MODELS if model in there]
    record = head(PACKAGES) | {"rows": [measure(options.data, models, options.count)]}
    publish(record, options.save)


if __name__ == "__main__":
    main()
