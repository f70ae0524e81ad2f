"""MEnet and its ablations: the distance of equation 5, or the cross-entropy head's probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.models.confidence import mask_confidence
from foveate.models.registry import Prediction, register_network
from foveate.models.session import Outputs

SIDE = 96  # the centre's kernel spans the whole picture: no other size works

SCALE_NAMES = (
    "picture",
    *(f"encoder {level}" for level in range(6)),
    "centre",
    *(f"decoder {level}" for level in reversed(range(5))),
)
"""Of the thirteen maps in `scales`, as figure 7 counts them: 0 at full size, 5 at a 32nd."""


def _square(height: int, width: int) -> tuple[int, int]:
    """The whole picture squashed to a square, as in the paper."""
    return SIDE, SIDE


@register_network(
    summary="salient objects by distance from the background in a learned metric (MEnet)",
    size=_square,
    record="menet",
)
def menet(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """Equation 5, stretched to 0..1 as the authors' code does; sure where the classifier is."""
    distance = outputs["distance"]
    lowest, highest = float(distance.min()), float(distance.max())
    values = (distance - lowest) / max(highest - lowest, 1e-6)
    return Prediction(values.astype(np.float32), mask_confidence(outputs["probability"], pixels))


@register_network(
    summary="salient objects by MEnet's classifier, trained beside the metric",
    size=_square,
    record="menet",
)
def menet_ce(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    return _probability(outputs, pixels)


@register_network(
    summary="salient objects by MEnet's classifier, trained without the metric (CE-only)",
    size=_square,
    record="menet-ce-only",
)
def menet_ce_only(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    return _probability(outputs, pixels)


@register_network(
    summary="salient objects by MEnet without metric and multi-scale maps (CE-plain)",
    size=_square,
    record="menet-ce-plain",
)
def menet_ce_plain(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    return _probability(outputs, pixels)


def _probability(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    probability = outputs["probability"]
    return Prediction(np.clip(probability, 0, 1), mask_confidence(probability, pixels))
