"""The benchmark of metrics runs, and its packages measure what Foveate measures."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from foveate.metrics.quality import METRICS

MODULE = "foveate_research.bench.metrics"


def test_every_metric_has_a_row_and_packages_agree(tmp_path):
    y, x = np.mgrid[0:232, 0:240]
    noise = np.random.default_rng(0).normal(0, 9, (232, 240, 3))
    colours = np.clip(np.stack([x, y, 255 - x], axis=2) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / "picture.png")
    words = ["--seconds", "0", "--image", tmp_path / "picture.png", "--save", tmp_path / "out.json"]
    command = [sys.executable, "-m", MODULE, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    record = json.loads(done.stdout)
    assert json.loads((tmp_path / "out.json").read_text()) == record
    assert [row["metric"] for row in record["rows"]] == [metric.name for metric in METRICS]
    assert len(record["seven_at_once"]["metrics"]) == 7
    compared = [row for row in record["rows"] if "ratio" in row]
    assert len(compared) == 8
    for row in compared:
        assert row["ratio"] == pytest.approx(row["ms"] / row["package_ms"], rel=0.1)
        unlike = 0.05 if row["metric"] == "ssimulacra2" else 1e-3
        assert row["package_value"] == pytest.approx(row["value"], rel=unlike)
