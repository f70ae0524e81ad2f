"""What the native core's tests give it."""

from __future__ import annotations

import numpy as np
import twin

from foveate import native


def pixels_of(height: int, width: int, channels: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 90 * np.sin(x / 7 + seed) * np.cos(y / 11)
    planes = [base + rng.normal(0, 10 + 5 * c, base.shape) for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0]


def random_levels(
    rng: np.random.Generator, height: int, width: int, channels: int, chroma_420: bool
) -> list[np.ndarray]:
    """Sparse levels as a picture has them, here and there a large one, padding filled."""
    stored = twin.stored_blocks(height, width, channels, chroma_420)
    used = twin.used_blocks(height, width, channels, chroma_420)
    levels = []
    for whole, part in zip(stored, used, strict=True):
        scale = rng.choice([0.05, 0.4, 2.0]) * np.exp(-np.arange(64) / 12)
        own = np.round(rng.laplace(0, 1, (*whole, 64)) * scale)
        own[..., 0] = rng.integers(-1023, 1024, whole)
        spikes = rng.random((*whole, 64)) < 0.002
        own[spikes] = rng.choice([-1023, 1023, 512, -257], spikes.sum())
        levels.append(twin.fill_padding(own.astype(np.int16), part))
    return levels


def in_units(coefficients: np.ndarray) -> np.ndarray:
    return np.rint(native.COEFFICIENT_UNITS * coefficients).astype(np.int16)
