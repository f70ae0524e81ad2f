"""MEnet and its ablations: the distance of equation 5, or the cross-entropy head's probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError
from foveate.models.confidence import mask_confidence
from foveate.models.entry import Prediction, Size, network
from foveate.models.records import read_card
from foveate.models.session import Outputs

# how steep the maps' own curves of fixations by rank are beside foveate-s's:
# results/weight-curve-references.json
DISTANCE_STEEPNESS = 0.337
CLASSIFIER_STEEPNESS = 0.543

SCALE_NAMES = (
    "picture",
    *(f"encoder {level}" for level in range(6)),
    "centre",
    *(f"decoder {level}" for level in reversed(range(5))),
)
"""The names of the thirteen maps in `scales`; level 0 is full size, level 5 a 32nd (figure 7)."""


def trained_side(record: str) -> int:
    """Pixels of the square that a network was trained on, as its record states; ModelError where
    the record does not. The centre's kernel spans the whole picture: no other size works."""
    side = read_card(record).get("architecture", {}).get("options", {}).get("size")
    if not isinstance(side, int):
        raise ModelError(f"the record of {record} states no size: export the network again")
    return side


def square_of(record: str) -> Size:
    """The whole picture squashed to the square that a network was trained on, as in the paper."""

    def squashed(height: int, width: int) -> tuple[int, int]:
        side = trained_side(record)
        return side, side

    return squashed


def menet(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """Equation 5, stretched to 0..1 as the authors' code does; sure where the classifier is."""
    distance = outputs["distance"]
    lowest, highest = float(distance.min()), float(distance.max())
    values = (distance - lowest) / max(highest - lowest, 1e-6)
    sure = mask_confidence(outputs["probability"], pixels, steepness=DISTANCE_STEEPNESS)
    return Prediction(values.astype(np.float32), sure)


def probability_map(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """The probability of an object by the classifier."""
    probability = outputs["probability"]
    sure = mask_confidence(probability, pixels, steepness=CLASSIFIER_STEEPNESS)
    return Prediction(np.clip(probability, 0, 1), sure)


ENTRIES = (
    network(
        "menet",
        "salient objects by distance from the background in a learned metric (MEnet)",
        menet,
        size=square_of("menet"),
        record="menet",
    ),
    network(
        "menet-ce",
        "salient objects by MEnet's classifier, trained beside the metric",
        probability_map,
        size=square_of("menet"),
        record="menet",
    ),
    network(
        "menet-ce-only",
        "salient objects by MEnet's classifier, trained without the metric (CE-only)",
        probability_map,
        size=square_of("menet-ce-only"),
        record="menet-ce-only",
    ),
    network(
        "menet-ce-plain",
        "salient objects by MEnet without metric and multi-scale maps (CE-plain)",
        probability_map,
        size=square_of("menet-ce-plain"),
        record="menet-ce-plain",
    ),
)
