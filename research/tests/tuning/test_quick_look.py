"""The quick look: how many pixels it takes, what it costs by the record, and who asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import foveate
from foveate.models.readings.foveate_s import PIXELS, QUICK_PIXELS, quick_size
from foveate.models.registry import get_model

RECORD = json.loads((Path(__file__).parents[3] / "results" / "quick-fit.json").read_text())
LOST = 0.15
"""dB of the gain that a quick look may cost at most."""


@pytest.mark.parametrize("side", RECORD["dB_by_longer_side"])
def test_the_record_says_that_a_quick_look_costs_little(side: str) -> None:
    gains = RECORD["dB_by_longer_side"][side]
    assert gains["quick"] > gains[str(PIXELS)] - LOST


@pytest.mark.parametrize(("height", "width"), [(60, 80), (120, 160), (240, 320), (3000, 4000)])
def test_a_quick_look_takes_far_fewer_pixels(height: int, width: int) -> None:
    rows, columns = quick_size(height, width)
    usual = get_model("foveate-s").size(height, width)
    assert rows * columns < 0.6 * usual[0] * usual[1]
    assert 0.8 * QUICK_PIXELS[0] < rows * columns < 1.2 * QUICK_PIXELS[1]


def test_fast_means_a_quick_look_unless_a_map_is_named() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (64, 80, 3), dtype=np.uint8)
    assert foveate.compress(noise, effort="fast", quality=50).map.model == "foveate-s-quick"
    assert foveate.compress(noise, quality=50).map.model == "foveate-s"
    named = foveate.compress(noise, effort="fast", quality=50, map="foveate-s-gaze")
    assert named.map.model == "foveate-s-gaze"
    drawn = foveate.compress(noise, effort="fast", quality=50, map=np.ones((64, 80), np.float32))
    assert drawn.map.model != "foveate-s-quick"
