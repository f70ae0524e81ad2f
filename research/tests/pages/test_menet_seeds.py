"""The tables of MEnet beside its ablations over seeds."""

from __future__ import annotations

from typing import Any

import pytest

from foveate_research.pages import menet_seeds
from foveate_research.pages.scores import WAYS

MEANS = {1: 0.50, 2: 0.54, 3: 0.58}


def record(seed: int) -> dict[str, Any]:
    """Every network has its seed's mean, MEnet 0.02 more; noise takes 0.1 of each."""
    models = {
        f"{name}-{seed}": {
            way: {
                measure: {
                    "mean": MEANS[seed] + 0.02 * (name == "menet") - 0.1 * (way == "noise 0-50")
                }
                for measure in menet_seeds.MEASURES
            }
            for way in WAYS
        }
        for name in menet_seeds.NAMES
    }
    differences = [
        {
            "first": f"{first}-{seed}",
            "second": f"{second}-{seed}",
            "metric": measure,
            "way": way,
            "mean": 0.01 * seed,
            "interval_95": [0.01 * seed - 0.015, 0.01 * seed + 0.015],
        }
        for first, second in menet_seeds.PAIRS
        for measure in menet_seeds.COMPARED
        for way in WAYS
    ]
    return {"rows": [{"models": models, "differences": differences}]}


def test_means_are_over_seeds_and_intervals_are_students(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    monkeypatch.setattr(menet_seeds, "result", lambda name: record(int(name[-1])))
    heading, _, menet, classifier, *_ = menet_seeds.scores().splitlines()
    assert heading.startswith("| mean of 3 seeds | F | max F | MAE | F, noise |")
    assert menet.startswith("| MEnet | 0.560 | 0.560 | 0.560 | 0.460 |")
    assert classifier.startswith("| its classifier | 0.540 |")
    # Student's t of two degrees of freedom is 4.303; the deviation of .01, .02, .03 is .01.
    difference = menet_seeds.differences().splitlines()[2]
    assert "| +0.020 [-0.005, +0.045] 2 of 3 |" in difference
    lost = menet_seeds.lost().splitlines()[2]
    assert lost.startswith("| MEnet | -0.100 (-0.100, -0.100, -0.100) | +0.000 ")


def test_what_was_not_measured_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menet_seeds, "result", lambda _: {})
    for table in menet_seeds.TABLES.values():
        assert table() == "–"
