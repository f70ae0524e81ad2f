"""Where viewers of a picture looked, as everything that measures a coder takes it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate_research.metrics.fixations import fixation_density
from foveate_research.metrics.humans import SIGMA_OF_WIDTH

Floats = npt.NDArray[np.float64]


def viewers_density(fixations: npt.ArrayLike, height: int, width: int) -> Floats:
    """Fixations (N, 3: viewer, x, y in pixels) as a smooth density (height, width), peak 1.

    Blurred by 3 % of the width; points beyond the edges count as on them.
    """
    points = np.asarray(fixations, dtype=np.int64)[:, 1:3]
    points = np.clip(points, 0, [width - 1, height - 1])
    density = fixation_density(points, height, width, sigma_px=SIGMA_OF_WIDTH * width)
    return np.asarray(density / max(float(density.max(initial=0.0)), 1e-30))
