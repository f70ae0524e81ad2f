"""What the page on measuring tells a reader to type works, and its table lists every layout."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
from PIL import Image

from foveate_research.datasets.layout_table import LAYOUTS
from photos import photo
from shard_files import encoded, write_set

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "measuring.md").read_text()


def test_the_commands_run(foveate, tmp_path: Path) -> None:
    mask = np.where(photo()[..., 2] < 80, 255, 0).astype(np.uint8)
    indices = np.where(mask > 0, 4, 2).astype(np.uint8)
    indices[40:, 50:] = 5
    for number in range(3):
        pixels = photo(seed=number)
        for folder in ("photos", "ECSSD/images"):
            save(tmp_path / folder / f"{number}.png", pixels)
        for folder in ("masks", "maps", "ECSSD/ground_truth_mask"):
            save(tmp_path / folder / f"{number}.png", mask)
        (tmp_path / "fixations").mkdir(exist_ok=True)
        rows = "\n".join(f"{viewer},{20 + viewer},{20 + number}" for viewer in range(4))
        (tmp_path / "fixations" / f"{number}.csv").write_text(f"viewer,x,y\n{rows}\n")
    write_msrc21(tmp_path / "data" / "msrc21", photo(), indices)
    commands = re.findall(r"^\$ foveate (.*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        run = foveate(*command.split())
        assert run.code == 0, f"{command}: {run.err}"


def test_every_layout_is_in_the_table() -> None:
    assert set(LAYOUTS) <= set(re.findall(r"`([a-z0-9-]+)`", PAGE))


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_msrc21(folder: Path, pixels: np.ndarray, indices: np.ndarray) -> None:
    """One labelled picture as a shard: a cow and a horse on grass."""
    classes = ["void", "building", "grass", "tree", "cow", "horse"]
    fields = {
        "json": json.dumps({"labels": {"grass": 0.5, "cow": 0.3, "horse": 0.2}}).encode(),
        "webp": encoded(pixels),
        "mask.png": encoded(indices, "PNG"),
    }
    write_set(folder, classes, [("a", fields)])
