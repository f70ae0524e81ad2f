"""The search for the constants of the encoder for eyes: what it scores, and where it starts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from PIL import Image

from foveate.coders.jpeg.eyes.tuning import EYE_TUNING
from foveate_research.tuning import eye_encoder
from foveate_research.tuning.eye_encoder import RANGES, Case, Kind, score
from photos import photo

RECORD = Path(__file__).resolve().parents[3] / "results" / "tuning-vision.json"


def test_lost_chroma_costs_a_third_of_a_per_cent_for_each_per_cent() -> None:
    even = {"ssimulacra2": -10.0, "ssimulacra2_pooled": -17.0, "psnr_hvs_m": 2.0, "kept": 1.2}
    assert score([even]) == pytest.approx((10 + 17 - 1.5 * 2) / 3.5)
    lost = score([{**even, "kept": 0.9}, even])
    assert lost == pytest.approx(score([even]) - 100 / 3 * 0.05)


def test_the_search_starts_within_its_ranges() -> None:
    for constant, (low, high) in RANGES.items():
        assert low <= getattr(EYE_TUNING, constant) <= high


def test_the_constants_are_those_of_the_record() -> None:
    found = json.loads(RECORD.read_text())["constants"]
    assert found == {name: round(getattr(EYE_TUNING, name), 4) for name in RANGES}


def test_means_are_taken_on_the_scale_of_the_search() -> None:
    assert eye_encoder._mean([0.2, 0.8], "memory") == pytest.approx(0.5)
    assert eye_encoder._mean([0.5, 2.0], "edges") == pytest.approx(1.0)


def test_a_case_is_held_against_mozjpeg_at_its_best(tmp_path: Path) -> None:
    pytest.importorskip("pyvips")
    path = tmp_path / "photo.webp"
    Image.fromarray(photo(160, 192)).save(path, lossless=True)
    case = Case(path, Kind(50, 2, by_map=True), "centre")
    gains = case.gains(EYE_TUNING)
    assert set(gains) == {"ssimulacra2", "ssimulacra2_pooled", "psnr_hvs_m", "kept"}
    assert gains["ssimulacra2"] < 0
    colourless = case.gains(dataclasses.replace(EYE_TUNING, anchor_chroma=0.05, chroma_steps=3.0))
    assert colourless["kept"] < gains["kept"]
