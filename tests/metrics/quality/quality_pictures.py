"""Pictures on which metrics are tried."""

from __future__ import annotations

import numpy as np


def picture(height: int, width: int, *, noise: float = 6, seed: int = 0) -> np.ndarray:
    """Smooth colours with some noise, as photographs have."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 80 * np.sin(x / (7 + c) + c) * np.cos(y / (11 - c)) for c in range(3)]
    noisy = np.stack(waves, axis=2) + generator.normal(0, noise, (height, width, 3))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def spoiled(original: np.ndarray, sigma: float = 9, *, seed: int = 1) -> np.ndarray:
    """The same with noise."""
    noise = np.random.default_rng(seed).normal(0, sigma, original.shape)
    return np.clip(np.rint(original + noise), 0, 255).astype(np.uint8)
