"""Scenes that coders can be tried on in a moment, in memory and as folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foveate.pictures import read_picture
from foveate.saliency import map_from_array
from foveate_research.coders.scenes import Scene


def pixels_of(height: int = 96, width: int = 128, seed: int = 0) -> np.ndarray:
    """Shading with a bright disc and grain: its sizes move with quality as a photograph's do."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 110 + 50 * np.sin(x / 17 + seed) + 40 * np.cos(y / 13)
    base[(y - height / 2) ** 2 + (x - width / 3) ** 2 < (height / 4) ** 2] += 60
    planes = [base + 12 * c + rng.normal(0, 9, base.shape) for c in range(3)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def a_scene(height: int = 96, width: int = 128, **known: Any) -> Scene:
    """A scene whose map rises from the left to the right."""
    pixels = pixels_of(height, width)
    ramp = np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))
    return Scene("scene", pixels, map_from_array(ramp, read_picture(pixels)), **known)


def write_scenes(folder: Path, *, count: int = 2, suffix: str = ".png") -> Path:
    """images/N.png, fixations/N.npy and masks/N.png; returns the folder."""
    for part in ("images", "fixations", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        image = Image.fromarray(pixels_of(seed=seed))
        image.save(folder / "images" / f"{seed}{suffix}")
        points = np.array([[0, 40, 48], [1, 44, 50], [1, 100, 20]], np.int16)
        np.save(folder / "fixations" / f"{seed}.npy", points)
        mask = np.zeros((image.height, image.width), np.uint8)
        mask[30:70, 20:60] = 255
        Image.fromarray(mask).save(folder / "masks" / f"{seed}.png")
    return folder
