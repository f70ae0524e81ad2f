"""Photos made by a formula, in memory and on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def photo(height: int = 48, width: int = 64, seed: int = 0) -> np.ndarray:
    """Something like a photo: a bright disc on a soft, slightly noisy ground."""
    y, x = np.mgrid[0:height, 0:width]
    ground = np.stack([90 + x / 2, 100 + y / 2, 140 - x / 3], axis=2)
    disc = (y - height / 2) ** 2 + (x - width / 3) ** 2 < (height / 4) ** 2
    ground[disc] = (230, 170, 40)
    noisy = ground + np.random.default_rng(seed).normal(0, 4, ground.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def write_photo(path: Path | str, **options: Any) -> Path:
    """A photo on disk, in the format that its suffix tells."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo()).save(path, **options)
    return path
