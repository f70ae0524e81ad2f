"""`foveate bench speed|models|metrics|reading`, on small inputs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.metrics.quality import METRICS
from foveate.models.adding import add_model
from onnx_files import write_brightness


@pytest.fixture
def bright(tmp_path: Path, users_folder: Path) -> None:
    """A network called bright, added."""
    add_model(write_brightness(tmp_path / "bright.onnx"))


@pytest.mark.usefixtures("bright")
def test_networks_have_a_row_a_size_batch_and_number_of_threads(foveate) -> None:
    (record,) = foveate("bench", "models", "--model", "bright", "--seconds", "0", "--json").objects
    assert record["command"] == "foveate bench models --model bright --seconds 0 --json"
    rows = {(row["height"] == 224, row["batch"], row["threads"]) for row in record["rows"]}
    assert len(rows) == len(record["rows"]) == 8
    for row in record["rows"]:
        assert row["images_a_second"] == pytest.approx(row["batch"] / row["median_s"], rel=0.05)


@pytest.mark.usefixtures("bright")
def test_people_get_a_table_of_the_rows(foveate) -> None:
    run = foveate("bench", "models", "--model", "bright", "--seconds", "0", "--save", "m.json")
    assert "images a second" in run.out
    assert run.out.endswith("written: m.json\n")
    assert len(json.loads(Path("m.json").read_text())["rows"]) == 8


def test_every_metric_has_a_row_and_packages_agree(foveate, tmp_path: Path) -> None:
    y, x = np.mgrid[0:232, 0:240]
    noise = np.random.default_rng(0).normal(0, 9, (232, 240, 3))
    colours = np.clip(np.stack([x, y, 255 - x], axis=2) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / "picture.png")
    words = ("bench", "metrics", "--seconds", "0", "--image", "picture.png", "--json")
    (record,) = foveate(*words).objects
    assert [row["metric"] for row in record["rows"]] == [metric.name for metric in METRICS]
    assert len(record["seven_at_once"]["metrics"]) == 7
    compared = [row for row in record["rows"] if "ratio" in row]
    assert len(compared) == 8
    for row in compared:
        assert row["ratio"] == pytest.approx(row["ms"] / row["package_ms"], rel=0.1)
        unlike = 0.05 if row["metric"] == "ssimulacra2" else 1e-3
        assert row["package_value"] == pytest.approx(row["value"], rel=unlike)


def test_packs_are_read_in_three_ways(foveate, monkeypatch) -> None:
    monkeypatch.setattr("foveate_research.bench.reading.PICTURES", 60)
    (record,) = foveate("bench", "reading", "--seconds", "0", "--json").objects
    assert record["data"]["side"] == 128
    assert len(record["images_a_second"]) == 3


def test_speed_tells_the_parts_that_were_asked_for(foveate) -> None:
    run = foveate("bench", "speed", "--only", "process,import", "--runs", "2", "--json")
    (record,) = run.objects
    assert record["pictures"] == "drawn"
    assert len(record["process"]["runs_s"]) == 2
    assert record["import"]["median_s"] > 0
    assert "large" not in record


def test_small_pictures_are_timed_beside_mozjpeg(foveate, monkeypatch) -> None:
    monkeypatch.setattr("foveate_research.bench.small.SIDES", (24,))
    (record,) = foveate("bench", "speed", "--only", "small", "--runs", "1", "--json").objects
    assert list(record["small"]["by_longer_side"]) == ["24"]
    row = record["small"]["by_longer_side"]["24"]
    assert (row["width"], row["height"]) == (24, 16)
    assert set(row["ms"]) == set(row["ratio"]) > {"foveate_fast", "foveate_fast_no_map"}
    assert row["ratio"]["mozjpeg"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("speed", "--only", "huge"), 2, "--only huge: there are large, linear"),
        (("speed", "--runs", "0"), 2, "--runs: should be greater than or equal to 1"),
        (("speed", "--images", "nowhere"), 1, "nowhere is not a folder"),
        (("speed", "--images", "."), 1, "is smaller than the tiles of 768x512"),
        (("models", "--model", "nonesuch"), 2, "no model is called 'nonesuch'"),
        (("models", "--model", "centre"), 2, "--model centre: has no network to time"),
        (("metrics", "--image", "gone.png"), 1, "gone.png: no such file"),
        (("reading", "--data", "gone"), 1, "gone holds no pack"),
    ],
)
def test_what_cannot_be_timed_is_told_in_a_line(foveate, arguments, code, message) -> None:
    Image.new("RGB", (64, 48)).save("small.png")
    run = foveate("bench", *arguments)
    assert run.code == code
    assert message in run.err
    assert len(run.err.splitlines()) == 1


def test_each_command_explains_itself_with_an_example(foveate) -> None:
    for name in ("codecs", "speed", "models", "metrics", "reading"):
        assert f"foveate bench {name}" in foveate("bench", name, "--help").out
