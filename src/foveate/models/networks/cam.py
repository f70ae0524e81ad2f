"""Class activation maps: of the best class, or of the five best weighted by rank.

Maps have both signs; least becomes 0 and largest 1, once, after the sum.
"""

from __future__ import annotations

import numpy as np

from foveate.models.networks.msroi import (
    Floats,
    Pixels,
    confidence,
    lite_size_of,
    ranked_things,
    size_of,
    stretched,
    surest_of_all,
    top_by_rank,
)
from foveate.models.registry import Prediction, register_network
from foveate.models.session import Outputs

# as in models/networks/msroi.py
CAM = 0.27
CAM_LITE = 0.43


def best_class(outputs: Outputs) -> Floats:
    """Equation 2 for the object class of the highest score, (h, w), of both signs."""
    return np.asarray(outputs["maps"][ranked_things(outputs)[0]])


def _prediction(values: Floats, outputs: Outputs, pixels: Pixels, steepness: float) -> Prediction:
    sure = confidence(steepness, surest_of_all(outputs), pixels)
    return Prediction(stretched(values), sure)


@register_network(
    summary="class activation map of the likeliest class (Zhou et al., CVPR 2016)",
    size=size_of,
    record="cam",
)
def cam(outputs: Outputs, pixels: Pixels) -> Prediction:
    return _prediction(best_class(outputs), outputs, pixels, CAM)


@register_network(
    summary="class activation maps of the five likeliest classes, weighted by rank",
    size=size_of,
    record="cam",
)
def cam_top_five(outputs: Outputs, pixels: Pixels) -> Prediction:
    return _prediction(top_by_rank(outputs), outputs, pixels, CAM)


@register_network(
    summary="class activation map of the likeliest of 119 labels that are not collapsed",
    size=size_of,
    record="cam-fine",
)
def cam_fine(outputs: Outputs, pixels: Pixels) -> Prediction:
    return _prediction(best_class(outputs), outputs, pixels, CAM)


@register_network(
    summary="as cam, on a published ImageNet trunk in place of the paper's",
    size=lite_size_of,
    record="cam-lite",
)
def cam_lite(outputs: Outputs, pixels: Pixels) -> Prediction:
    return _prediction(best_class(outputs), outputs, pixels, CAM_LITE)


@register_network(
    summary="as cam-top-five, on a published ImageNet trunk in place of the paper's",
    size=lite_size_of,
    record="cam-lite",
)
def cam_lite_top_five(outputs: Outputs, pixels: Pixels) -> Prediction:
    return _prediction(top_by_rank(outputs), outputs, pixels, CAM_LITE)
