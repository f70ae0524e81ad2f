"""The table of MS-ROI beside CAM over trainings that differ in their seed alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate_research.intervals import RESAMPLES
from foveate_research.pages.markdown import ABSENT, number, result, table, with_interval

Floats = npt.NDArray[np.float64]

MODELS = ("msroi-lite", "cam-lite", "cam-lite-top-five")
SEEDS = (1, 2, 3)
FIRST = "object-recall-voc"
OTHERS = "label-seeds-{}"
METRICS = {"object_recall_0.7": "found at 0.7", "all_found_0.7": "all found at 0.7"}


def seeds() -> str:
    """What each training finds on voc test, and MS-ROI's lead over pictures and trainings."""
    lines = []
    for metric, heading in METRICS.items():
        found = {model: _by_seed(model, metric) for model in MODELS}
        if any(values is None for values in found.values()):
            return ABSENT
        known = {model: values for model, values in found.items() if values is not None}
        for model, values in known.items():
            means = values.mean(axis=1)
            lead = ""
            if model != MODELS[0]:
                lead = with_interval(_over_both(known[MODELS[0]] - values))
            each = (number(float(mean)) for mean in means)
            lines.append((heading, f"`{model}`", *each, number(float(means.mean())), lead))
    headings = ("", "model", *(f"seed {seed}" for seed in SEEDS), "mean", f"`{MODELS[0]}` − it")
    return table(headings, lines)


def _by_seed(model: str, metric: str) -> Floats | None:
    """(seeds, pictures of two classes or more); None where a training was not measured."""
    found = []
    for seed in SEEDS:
        stem, name = (
            (FIRST, model) if seed == SEEDS[0] else (OTHERS.format(seed), f"{model}-{seed}")
        )
        rows = result(stem).get("rows")
        if not rows or name not in rows[0]["models"]:
            return None
        found.append(rows[0]["models"][name][metric]["pictures"])
    values = np.array(found, dtype=np.float64)
    return np.asarray(values[:, ~np.isnan(values).any(axis=0)])


def _over_both(differences: Floats) -> dict[str, Any]:
    """Mean and 95 % interval of (seeds, pictures), both drawn with replacement."""
    rng = np.random.default_rng(0)
    count, pictures = differences.shape
    means = [
        differences[rng.integers(count, size=count)][
            :, rng.integers(pictures, size=pictures)
        ].mean()
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return {"mean": float(differences.mean()), "interval_95": [float(low), float(high)]}
