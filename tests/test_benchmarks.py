"""The benchmarks of networks run and tell what they measured, on a tiny network and set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from foveate.models.adding import add_model
from onnx_files import write_brightness
from tiny_sets import write_mask_shard

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bright(tmp_path, users_folder):
    """A network called bright, added; the environment in which it is."""
    add_model(write_brightness(tmp_path / "bright.onnx"))
    return {**os.environ, "FOVEATE_MODELS": str(users_folder)}


def printed(environment, *words):
    command = [sys.executable, ROOT / "benchmarks" / words[0], *words[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_speed_has_a_row_a_size_batch_and_number_of_threads(bright):
    record = printed(bright, "models.py", "--models", "bright", "--seconds", "0")
    rows = {(row["height"] == 224, row["batch"], row["threads"]) for row in record["rows"]}
    assert len(rows) == len(record["rows"]) == 8
    for row in record["rows"]:
        assert row["images_a_second"] == pytest.approx(row["batch"] / row["median_s"], rel=0.05)
    assert record["papers"]["MS-ROI"]["images_a_second"] == 90


def test_objects_are_measured_as_they_are_and_spoilt(bright, tmp_path):
    write_mask_shard(tmp_path / "data" / "duts")
    models = ("--models", "bright", "centre")
    record = printed(bright, "objects.py", "--data", str(tmp_path / "data"), *models)
    (row,) = record["rows"]
    assert row["set"] == "duts"
    assert set(row["models"]) == {"bright", "centre"}
    for ways in row["models"].values():
        assert set(ways) == {"none", "noise", "jpeg"}
    assert row["models"]["bright"]["none"]["adaptive_f"]["mean"] > 0.85
