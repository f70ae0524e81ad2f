"""Class activation maps: of the best class, or of the five best weighted by rank.

Maps may have both signs; least becomes 0 and largest 1, once, after the sum.
"""

from __future__ import annotations

from collections.abc import Callable

from foveate.models.entry import Prediction, Read, network
from foveate.models.session import Outputs
from foveate_research.models.readings.msroi import (
    Floats,
    Pixels,
    confidence,
    likeliest_shown,
    lite_size_of,
    size_of,
    stretched,
    surest_of_all,
    top_by_rank,
)

# as in readings/msroi.py
CAM = 0.33
CAM_TOP_FIVE = 0.35
CAM_FINE = 0.25
CAM_LITE = 0.38
CAM_LITE_TOP_FIVE = 0.26


def best_class(outputs: Outputs) -> Floats:
    """Equation 2 for the object class of the highest score, (h, w).

    Where that map is zero everywhere, the likeliest class that has some stands in.
    """
    return likeliest_shown(outputs)


def read_by(choose: Callable[[Outputs], Floats], steepness: float) -> Read:
    """A reading of the outputs: what `choose` makes of them, stretched to 0..1."""

    def read(outputs: Outputs, pixels: Pixels) -> Prediction:
        sure = confidence(steepness, surest_of_all(outputs), pixels)
        return Prediction(stretched(choose(outputs)), sure)

    return read


ENTRIES = (
    network(
        "cam",
        "class activation map of the likeliest class (Zhou et al., CVPR 2016)",
        read_by(best_class, CAM),
        size=size_of,
        record="cam",
    ),
    network(
        "cam-top-five",
        "class activation maps of the five likeliest classes, weighted by rank",
        read_by(top_by_rank, CAM_TOP_FIVE),
        size=size_of,
        record="cam",
    ),
    network(
        "cam-fine",
        "class activation map of the likeliest of 127 labels that are not collapsed",
        read_by(best_class, CAM_FINE),
        size=size_of,
        record="cam-fine",
    ),
    network(
        "cam-lite",
        "as cam, on a published ImageNet trunk in place of the paper's",
        read_by(best_class, CAM_LITE),
        size=lite_size_of,
        record="cam-lite",
    ),
    network(
        "cam-lite-top-five",
        "as cam-top-five, on a published ImageNet trunk in place of the paper's",
        read_by(top_by_rank, CAM_LITE_TOP_FIVE),
        size=lite_size_of,
        record="cam-lite",
    ),
)
