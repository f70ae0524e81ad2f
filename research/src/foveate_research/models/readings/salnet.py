"""SalNet's map: its grey levels blurred a little and divided by their peak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.models.confidence import gaze_confidence
from foveate.models.registry import Prediction, network
from foveate.models.session import Outputs

LONGER = 192  # pixels of the longer side, as in training; the paper's is 320
MULTIPLE = 8
SHORTEST = 48
# A 5x5 Gaussian of the sigma that OpenCV gives that size by itself: 0.3·((5 - 1)/2 - 1) + 0.8
SIGMA = 1.1
# nats over uniform of its map of one grey, and the median of gaze-more's train pictures
NATS = (0.12, 0.62)
# how steep its own curve of fixations by rank is beside foveate-s's:
# results/weight-curve-references.json
STEEPNESS = 0.78


def _size(height: int, width: int) -> tuple[int, int]:
    """The picture's aspect with the longer side LONGER; long strips are squashed to 4:1."""
    longer = max(height, width)
    sides = [round(LONGER * side / longer / MULTIPLE) * MULTIPLE for side in (height, width)]
    return max(SHORTEST, sides[0]), max(SHORTEST, sides[1])


def salnet(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """The authors' post-processing, before the map is enlarged where they blur it after."""
    levels = np.clip(gaussian_blurred(outputs["map"], SIGMA, radius=2, edges="reflect"), 0, 255)
    peak = max(float(levels.max()), 1e-6)
    values = np.asarray(levels / peak, dtype=np.float32)
    density = values / max(float(values.mean()), 1e-6)
    return Prediction(values, STEEPNESS * gaze_confidence(density, pixels, nats=NATS))


ENTRIES = (
    network(
        "salnet",
        "where people look, by nine plain convolutions (SalNet)",
        salnet,
        size=_size,
        record="salnet",
    ),
)
