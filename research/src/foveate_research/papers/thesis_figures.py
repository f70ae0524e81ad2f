"""Learning curves and top-1 of the thesis' networks, as figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from foveate_research.papers.figures import Curves, plots
from foveate_research.papers.thesis import Record, Trained, by_experiment

PLOTS = (
    ("train_top1", "top-1, training", "%"),
    ("top1", "top-1, validation", "%"),
    ("loss", "cross-entropy, validation", "nats"),
)


def learning_curves(records: Sequence[Record]) -> Any:
    """A matplotlib figure: one plot a number, one line a network, the mean of its seeds."""
    trained = by_experiment(records)
    return plots(
        [
            Curves(title, "epoch", unit, _lines(trained, metric), marked=True)
            for metric, title, unit in PLOTS
        ]
    )


def _lines(
    trained: Mapping[str, Trained], metric: str
) -> dict[str, tuple[list[float], list[float]]]:
    scale = 100 if "top" in metric else 1
    found = {}
    for name, each in trained.items():
        histories = [record["history"] for record in each.records]
        length = min(map(len, histories))
        values = [[scale * entry[metric] for entry in history[:length]] for history in histories]
        epochs = [float(entry["epoch"]) for entry in histories[0][:length]]
        found[name] = epochs, np.mean(values, axis=0).tolist()
    return found
