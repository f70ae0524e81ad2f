"""`foveate bench crops` and `foveate tune windows` on small sets, and the tables of records."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate_research.bench import crops as bench
from foveate_research.maps.kept_shares import HALF, SHAPES
from foveate_research.pages import crops as page
from foveate_research.pages import markdown
from foveate_research.tuning import windows
from photos import photo
from shard_files import encoded, write_shard

SEEN = np.array([[0, 20, 40], [1, 24, 48], [1, 100, 50]], np.int16)
SIZES = {*SHAPES, HALF}


@pytest.fixture
def watched(tmp_path: Path) -> None:
    """Two photos with fixations, as folders."""
    for name in ("images", "fixations"):
        (tmp_path / name).mkdir()
    for seed in range(2):
        Image.fromarray(photo(96, 128, seed)).save(tmp_path / "images" / f"p{seed}.png")
        np.save(tmp_path / "fixations" / f"p{seed}.npy", SEEN)


@pytest.mark.usefixtures("watched")
def test_crops_are_measured_beside_their_bound_and_told_in_tables(
    foveate, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "LARGE", (90, 120))
    words = ("bench", "crops", "--images", "images", "--fixations", "fixations", "--seconds", "0")
    (record,) = foveate(*words, "--save", "results/crops-coding.json", "--json").objects
    assert record["pictures"] == ["p0", "p1"]
    assert set(record["kept"]) == SIZES
    for ways in record["kept"].values():
        assert {bench.OURS, bench.CUTTING, "centre", bench.BOUND} <= set(ways)
        bound = ways[bench.BOUND]["per_picture"]
        for way, estimate in ways.items():
            assert len(estimate["per_picture"]) == 2, way
            pairs = zip(estimate["per_picture"], bound, strict=True)
            assert all(0 <= own <= most + 1e-4 for own, most in pairs), way
    assert record["speed"]["window_ms"] > 0

    monkeypatch.setattr(markdown, "RESULTS", tmp_path / "results")
    table = page.kept("crops-coding")
    assert "| share kept, 2 pictures | 9:16 | 1:1 | 3:1 | half-side square | cut, 9:16 |" in table
    own = record["kept"]["9:16"][bench.OURS]["mean"]
    assert f"| **Foveate** | {own:.3f} [" in table
    assert "| Foveate, cuts allowed |" in table
    assert f"{record['speed']['map_ms']:.0f} ms" in page.time()
    assert page.kept("crops-mit") == markdown.ABSENT


def test_windows_are_fitted_on_both_sets_and_told_best_first(
    foveate, monkeypatch, tmp_path: Path
) -> None:
    points = io.BytesIO()
    np.save(points, SEEN)
    fields = {"webp": encoded(photo(96, 128, 0)), "fix.npy": points.getvalue()}
    both = [(key, fields) for key in ("crowd-1", "scene-1")]
    write_shard(tmp_path / "data" / "gaze-more" / "val-000000.tar", both)
    seen = np.zeros((56, 56), np.uint8)
    seen[20:30, 25:35] = 255
    density = {"webp": encoded(photo(96, 96, 0)), "map.png": encoded(seen, "PNG")}
    write_shard(tmp_path / "data" / "gaze-scenes" / "val-000000.tar", [("density", density)])
    monkeypatch.setattr(windows, "BROAD_SHARES", (0.0, 0.3))
    monkeypatch.setattr(windows, "CENTRE_SHARES", (0.05,))
    monkeypatch.setattr(windows, "CUT_COSTS", (0.0, 0.05))
    (record,) = foveate("tune", "windows", "--data", "data", "--json").objects
    assert record["pictures"] == {"crowd": 1, "scene": 1, "gaze-scenes": 1}
    means = [row["mean"] for row in record["best_first"]]
    assert means == sorted(means, reverse=True)
    assert len(means) == 2
    for row in record["best_first"]:
        assert row["mean"] == pytest.approx(
            np.mean([row[name] for name in record["pictures"]]), abs=2e-4
        )
    assert [row["cut_cost"] for row in record["avoiding_cuts"]] == [0.0, 0.05]
    assert record["avoiding_cuts"][0]["mean"] == pytest.approx(means[0], abs=2e-4)
