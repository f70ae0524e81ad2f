"""SalNet's map: its grey levels blurred a little and divided by their peak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.models.confidence import rise_confidence
from foveate.models.entry import Prediction, network
from foveate.models.session import Outputs

LONGER = 192  # pixels of the longer side, as in training; the paper's is 320
MULTIPLE = 8
SHORTEST = 48
# Cells at the border of the network's map that the transposed convolution fills from half a window:
# beyond it stands zero, the middle grey, which makes a bright frame where nobody looks.
HALF_SEEN = 2
# A 5x5 Gaussian of the sigma that OpenCV gives that size by itself: 0.3·((5 - 1)/2 - 1) + 0.8
SIGMA = 1.1
# Grey levels of the highest place over the mean: the most that one grey got, and the median of
# gaze-more's val pictures (results/salnet-fit.json). The map's divergence from uniform does not
# part them: divided by its peak, a faint map of nothing looks like a strong one.
RISE = (63.5, 159.6)
# how steep its own curve of fixations by rank is beside foveate-s's:
# results/weight-curve-references.json
STEEPNESS = 0.811


def _size(height: int, width: int) -> tuple[int, int]:
    """The picture's aspect with the longer side LONGER; long strips are squashed to 4:1."""
    longer = max(height, width)
    sides = [round(LONGER * side / longer / MULTIPLE) * MULTIPLE for side in (height, width)]
    return max(SHORTEST, sides[0]), max(SHORTEST, sides[1])


def salnet(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """The authors' post-processing, before the map is enlarged where they blur it after.

    The two outermost rows and columns repeat the ones within, which the authors' do not.
    """
    levels = grey_levels(outputs)
    values = np.asarray(levels / max(float(levels.max()), 1e-6), dtype=np.float32)
    return Prediction(values, STEEPNESS * rise_confidence(rise(levels), pixels, ends=RISE))


def grey_levels(outputs: Outputs) -> npt.NDArray[np.float32]:
    """(h, w) in 0 to 255: the map without its frame, blurred, before its peak divides it."""
    within = (slice(HALF_SEEN, -HALF_SEEN),) * 2
    whole = np.pad(outputs["map"][within], HALF_SEEN, mode="edge")
    levels = np.clip(gaussian_blurred(whole, SIGMA, radius=2, edges="reflect"), 0, 255)
    return np.asarray(levels, dtype=np.float32)


def rise(levels: npt.NDArray[np.float32]) -> float:
    """How far the highest level stands above the mean."""
    return float(levels.max() - levels.mean())


ENTRIES = (
    network(
        "salnet",
        "where people look, by nine plain convolutions (SalNet)",
        salnet,
        size=_size,
        record="salnet",
    ),
)
