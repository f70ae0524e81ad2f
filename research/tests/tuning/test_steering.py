"""What the read-out's fit is made of, and that its constants are those of its record."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from foveate.models.confidence import NATS, STEEPNESS
from foveate.models.readout import READOUT
from foveate.saliency import SaliencyMap
from foveate_research.tuning.steering import (
    BEFORE,
    RISING,
    chosen,
    foretold_gain,
    in_blocks,
    readouts,
    rising_line,
)

RESULTS = Path(__file__).parents[3] / "results"
RECORD = json.loads((RESULTS / "steering-fit.json").read_text())
HEIGHT, WIDTH = 100, 140


def a_region() -> np.ndarray:
    region = np.zeros((HEIGHT, WIDTH), np.bool_)
    region[20:60, 30:90] = True
    return region


def a_map(values: np.ndarray, confidence: float = 1.0) -> SaliencyMap:
    return SaliencyMap(values.astype(np.float32), HEIGHT, WIDTH, confidence, "test")


def test_the_read_out_is_the_records() -> None:
    found = RECORD["readout"]["chosen"]
    assert asdict(READOUT) == {name: found[name] for name in asdict(READOUT)}


def test_the_confidence_is_the_records() -> None:
    line = RECORD["steepness"]["line"]
    assert NATS[1] == RISING[0]
    assert STEEPNESS[1] == line["steepness_at_0.5_nats"]
    assert NATS[2] == line["nats_at_steepness_1"]


def test_featureless_pictures_are_not_believed() -> None:
    """White noise aside, which is told by how little neighbouring pixels have in common."""
    nats = json.loads((RESULTS / "map-fit.json").read_text())["nats_of_featureless_pictures"]
    assert max(found for name, found in nats.items() if "noise" not in name) <= NATS[0]


def test_every_pixel_of_a_region_lies_in_a_block() -> None:
    area = in_blocks(a_region())
    assert area.shape == (13, 18)
    assert area.sum() == a_region().sum()
    assert area[3, 5] == 64
    assert area[2, 3] == 4 * 2


def test_a_map_of_the_region_is_foretold_to_gain_and_its_opposite_to_lose() -> None:
    area = in_blocks(a_region())
    right, wrong = a_map(a_region()), a_map(~a_region())
    assert foretold_gain(right, area) > 1 > 0 > foretold_gain(wrong, area)
    assert foretold_gain(a_map(a_region(), 0.5), area) < foretold_gain(right, area)
    assert foretold_gain(a_map(np.ones((5, 7))), area) == 0


def test_the_best_mean_over_the_sets_asked_for_is_chosen() -> None:
    shares = {"a": np.array([0.9, 0.8, 0.7]), "b": np.array([0.5, 0.8, 0.85])}
    assert [chosen(shares, names) for names in ("a", "ab", "b")] == [0, 1, 2]


def test_the_grid_holds_the_shipped_read_out_and_none_once() -> None:
    found = readouts()
    assert found.count(READOUT) == 1
    assert found.count(BEFORE) == 1


def test_a_line_through_the_rising_bins_counts_their_pictures() -> None:
    rows = [
        {"from": low, "to": high, "steepness": steepness, "count": count}
        for low, high, steepness, count in [
            (0.0, 0.5, 0.1, 50),
            (0.5, 0.7, 0.8, 10),
            (0.7, 0.9, 0.9, 10),
            (0.9, 1.1, None, 0),
            (1.1, 1.3, 5.0, 50),
        ]
    ]
    assert rising_line(rows) == {
        "steepness_at_0.5_nats": pytest.approx(0.75),
        "nats_at_steepness_1": pytest.approx(1.0),
    }
    assert rising_line(rows[:2]) is None
