"""The benchmarks of networks run and tell what they measured, on a tiny network and set."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from foveate.models.adding import add_model
from onnx_files import write_brightness


@pytest.fixture
def bright(tmp_path, users_folder):
    """A network called bright, added; the environment in which it is."""
    add_model(write_brightness(tmp_path / "bright.onnx"))
    return {**os.environ, "FOVEATE_MODELS": str(users_folder)}


def printed(environment, *words):
    command = [sys.executable, "-m", f"foveate_research.bench.{words[0]}", *words[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_speed_has_a_row_a_size_batch_and_number_of_threads(bright):
    record = printed(bright, "models", "--models", "bright", "--seconds", "0")
    rows = {(row["height"] == 224, row["batch"], row["threads"]) for row in record["rows"]}
    assert len(rows) == len(record["rows"]) == 8
    for row in record["rows"]:
        assert row["images_a_second"] == pytest.approx(row["batch"] / row["median_s"], rel=0.05)
    assert record["papers"]["MS-ROI"]["images_a_second"] == 90


def test_other_viewers_are_other_people(tmp_path):
    """Each half steers files that are measured by the other; what knows the answer gains most."""
    for folder in ("images", "fixations"):
        (tmp_path / folder).mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(60, 200, (96, 128, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{seed}.png")
        left = [(viewer, 20, 20) for viewer in range(2)]
        right = [(viewer, 100, 70) for viewer in range(2, 4)]
        np.save(tmp_path / "fixations" / f"{seed}.npy", np.array(left + right))
    record = printed(os.environ, "other_viewers", "--data", str(tmp_path))
    assert record["set"]["count"] == 2
    gains = {name: told["mean"] for name, told in record["gain_over_none"].items()}
    assert gains["own"] > max(gains["auto"], gains["others"])
    share = record["share_of_gain"]["auto of own"]["mean"]
    assert share == pytest.approx(gains["auto"] / gains["own"], abs=1e-3)
