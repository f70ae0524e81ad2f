"""MEnet and its ablations: the distance of equation 5, or the cross-entropy head's probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.models.confidence import mask_confidence
from foveate.models.registry import Prediction, network
from foveate.models.session import Outputs

SIDE = 96  # the centre's kernel spans the whole picture: no other size works

SCALE_NAMES = (
    "picture",
    *(f"encoder {level}" for level in range(6)),
    "centre",
    *(f"decoder {level}" for level in reversed(range(5))),
)
"""The names of the thirteen maps in `scales`; level 0 is full size, level 5 a 32nd (figure 7)."""


def _square(height: int, width: int) -> tuple[int, int]:
    """The whole picture squashed to a square, as in the paper."""
    return SIDE, SIDE


def menet(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """Equation 5, stretched to 0..1 as the authors' code does; sure where the classifier is."""
    distance = outputs["distance"]
    lowest, highest = float(distance.min()), float(distance.max())
    values = (distance - lowest) / max(highest - lowest, 1e-6)
    return Prediction(values.astype(np.float32), mask_confidence(outputs["probability"], pixels))


def probability_map(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """The probability of an object by the classifier."""
    probability = outputs["probability"]
    return Prediction(np.clip(probability, 0, 1), mask_confidence(probability, pixels))


ENTRIES = (
    network(
        "menet",
        "salient objects by distance from the background in a learned metric (MEnet)",
        menet,
        size=_square,
        record="menet",
    ),
    network(
        "menet-ce",
        "salient objects by MEnet's classifier, trained beside the metric",
        probability_map,
        size=_square,
        record="menet",
    ),
    network(
        "menet-ce-only",
        "salient objects by MEnet's classifier, trained without the metric (CE-only)",
        probability_map,
        size=_square,
        record="menet-ce-only",
    ),
    network(
        "menet-ce-plain",
        "salient objects by MEnet without metric and multi-scale maps (CE-plain)",
        probability_map,
        size=_square,
        record="menet-ce-plain",
    ),
)
