"""Foveate against the best rival of each picture, from scenes and from a record."""

from __future__ import annotations

import math

import pytest

from foveate_research.coders.best_rival import against_best, recorded_scenes
from foveate_research.coders.coding import CodedScene

QUALITIES = (30, 50, 80)


def scene(key: str, **bytes_over: float) -> CodedScene:
    """Coders that reach the same qualities, each in so many times the bytes."""
    numbers = {
        quality: {
            name.replace("_", "-"): {"bytes": 1000 * quality * times, "ssimulacra2": float(quality)}
            for name, times in bytes_over.items()
        }
        for quality in QUALITIES
    }
    return CodedScene(key, "", 1, numbers)


SCENES = [
    # the best rival is jpegli here, and mozjpeg with table 5 there
    scene("a", mozjpeg=1.0, mozjpeg_5=0.95, jpegli_progressive=0.8, foveate=0.72),
    scene("b", mozjpeg=1.0, mozjpeg_5=0.9, jpegli_progressive=1.2, foveate=0.99),
]


def test_each_picture_has_its_own_best_rival() -> None:
    found = against_best(SCENES, ["ssimulacra2"])
    told = found["bd_rate_per_cent"]["foveate"]["ssimulacra2"]
    assert found["rivals"] == ["mozjpeg", "mozjpeg-5", "jpegli-progressive"]
    assert told["mean"] == pytest.approx((-10 + 10) / 2, abs=1e-3)
    assert told["interval_95"] == pytest.approx([-10, 10], abs=1e-3)
    assert told["scenes"] == 2


def test_pictures_are_worse_where_the_better_table_of_mozjpeg_takes_fewer_bytes() -> None:
    assert against_best(SCENES, ["ssimulacra2"])["worse_per_cent"] == {"foveate": 50.0}


def test_of_lower_is_better_metrics_the_best_rival_is_found_too() -> None:
    numbers = {
        quality: {
            "mozjpeg": {"bytes": 100.0 * quality, "butteraugli": 200.0 - quality},
            "mozjpeg-5": {"bytes": 80.0 * quality, "butteraugli": 200.0 - quality},
            "foveate": {"bytes": 88.0 * quality, "butteraugli": 200.0 - quality},
        }
        for quality in QUALITIES
    }
    found = against_best([CodedScene("a", "", 1, numbers)], ["butteraugli"])
    assert found["bd_rate_per_cent"]["foveate"]["butteraugli"]["mean"] == pytest.approx(10)
    assert found["worse_per_cent"] == {}


def test_a_picture_that_lacks_a_rivals_curve_is_left_out() -> None:
    flat = scene("c", mozjpeg=1.0, mozjpeg_5=1.0, jpegli_progressive=1.0, foveate=0.5)
    for at in flat.numbers.values():
        at["jpegli-progressive"]["ssimulacra2"] = 30.0
    found = against_best([*SCENES, flat], ["ssimulacra2"])
    assert found["bd_rate_per_cent"]["foveate"]["ssimulacra2"]["scenes"] == 2


def test_without_a_rival_there_is_nothing_to_tell() -> None:
    found = against_best([scene("a", pillow=1.0, foveate=0.9)], ["ssimulacra2"])
    assert found == {"rivals": [], "bd_rate_per_cent": {}, "worse_per_cent": {}}


def test_a_record_has_the_same_rows_as_its_scenes() -> None:
    record = {
        "pictures": [each.key for each in SCENES],
        "per_picture": {
            str(quality): {
                codec: {
                    name: [each.numbers[quality][codec][name] for each in SCENES] for name in of
                }
                for codec, of in SCENES[0].numbers[quality].items()
            }
            for quality in QUALITIES
        },
    }
    scenes = recorded_scenes(record, ["ssimulacra2", "psnr_y"])
    assert against_best(scenes, ["ssimulacra2"]) == against_best(SCENES, ["ssimulacra2"])
    assert [each.key for each in recorded_scenes(record, ["ssimulacra2"], start="b")] == ["b"]


def test_what_a_record_lacks_is_not_a_number() -> None:
    record = {
        "pictures": ["a", "b"],
        "per_picture": {"50": {"x": {"bytes": [10, None], "ssimulacra2": [None, None]}}},
    }
    first, second = (each.numbers[50]["x"] for each in recorded_scenes(record, ["ssimulacra2"]))
    assert first["bytes"] == 10
    assert math.isnan(first["ssimulacra2"])
    assert second == {}
