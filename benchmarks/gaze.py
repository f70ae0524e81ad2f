"""Where viewers of a picture looked, as the benchmarks measure it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

SIGMA_OF_WIDTH = 0.03
"""Standard deviation of the blur, as a share of the picture's width."""


def viewers_density(fixations: np.ndarray, height: int, width: int) -> np.ndarray:
    """Fixations (N, 3: viewer, x, y in pixels) as a smooth density (height, width), peak 1."""
    x = np.clip(fixations[:, 1], 0, width - 1)
    y = np.clip(fixations[:, 2], 0, height - 1)
    counts = np.zeros((height, width))
    np.add.at(counts, (y, x), 1)
    density = gaussian_filter(counts, SIGMA_OF_WIDTH * width, mode="constant")
    return density / density.max()


def top_fifth(density: np.ndarray) -> np.ndarray:
    """Pixels at or above the density's 80th percentile."""
    return density >= np.quantile(density, 0.8)
