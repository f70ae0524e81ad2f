"""The trained networks of the registry, as the package runs them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.models.confidence import gaze_confidence, mask_confidence
from foveate.models.registry import Prediction, register
from foveate.models.session import run_network
from foveate.models.working_size import working_size

PIXELS = 384 * 288  # chosen on the val part of gaze-more: results/map-fit.json


def _size(height: int, width: int) -> tuple[int, int]:
    return working_size(height, width, pixels=PIXELS)


@register(
    summary="where people look: gaze and salient objects, pooled (the default)",
    kind="network",
    size=_size,
    record="foveate-s",
)
def foveate_s(pixels: npt.NDArray[np.uint8], threads: int) -> Prediction:
    found = run_network("foveate-s", pixels, threads)
    return Prediction(_by_peak(found["mix"]), gaze_confidence(found["gaze"], pixels))


@register(
    summary="where people look, from the gaze branch alone",
    kind="network",
    size=_size,
    record="foveate-s",
)
def foveate_s_gaze(pixels: npt.NDArray[np.uint8], threads: int) -> Prediction:
    found = run_network("foveate-s", pixels, threads)
    return Prediction(_by_peak(found["gaze"]), gaze_confidence(found["gaze"], pixels))


@register(
    summary="salient objects, from the mask branch alone",
    kind="network",
    size=_size,
    record="foveate-s",
)
def foveate_s_mask(pixels: npt.NDArray[np.uint8], threads: int) -> Prediction:
    found = run_network("foveate-s", pixels, threads)
    return Prediction(np.clip(found["mask"], 0, 1), mask_confidence(found["mask"], pixels))


def _by_peak(density: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A density divided by its peak."""
    return np.asarray(density / density.max(), dtype=np.float32)
