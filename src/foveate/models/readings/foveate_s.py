"""foveate-s: the map that steers, the gaze branch alone, the mask branch alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.models.confidence import gaze_confidence, mask_confidence
from foveate.models.entry import Prediction, network
from foveate.models.readout import Readout, read_out
from foveate.models.session import Outputs
from foveate.models.working_size import working_size

PIXELS = 448 * 352  # chosen on the val part of gaze-more: results/map-fit.json

QUICK_SHARE, QUICK_PIXELS = 0.4, (28_000, 77_000)
"""How many of a picture's pixels the quick look takes, and the fewest and the most of them. For a
picture of 160 to 512 pixels that costs at most 0.07 dB of the gain: `foveate tune quick`."""

WINDOW_READOUT = Readout(sharp=0.0, broad=0.12, broad_share=0.3, centre_share=0.05)
"""What keeps most on pictures that the network did not learn from: `foveate tune windows`. Shares
from 0.15 to 0.3 are as good within 0.002 of what is kept."""


def _size(height: int, width: int) -> tuple[int, int]:
    return working_size(height, width, pixels=PIXELS)


def quick_size(height: int, width: int) -> tuple[int, int]:
    """The working size of a quick look, which follows the picture's: small pictures stay small."""
    fewest, most = QUICK_PIXELS
    return working_size(
        height, width, pixels=round(min(max(QUICK_SHARE * height * width, fewest), most))
    )


def foveate_s(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """Gaze and mask pooled, then made as broad as steers best (`foveate.models.readout`)."""
    values = _by_peak(read_out(outputs["mix"]))
    return Prediction(values, gaze_confidence(outputs["gaze"], pixels))


def foveate_s_gaze(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    return Prediction(_by_peak(outputs["gaze"]), gaze_confidence(outputs["gaze"], pixels))


def foveate_s_mask(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    return Prediction(np.clip(outputs["mask"], 0, 1), mask_confidence(outputs["mask"], pixels))


def foveate_s_window(outputs: Outputs, pixels: npt.NDArray[np.uint8]) -> Prediction:
    """As `foveate_s`, but as sharp as the network says: a window's edge counts every cell."""
    values = _by_peak(read_out(outputs["mix"], WINDOW_READOUT))
    return Prediction(values, gaze_confidence(outputs["gaze"], pixels))


def _by_peak(density: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A density divided by its peak."""
    return np.asarray(density / density.max(), dtype=np.float32)


ENTRIES = (
    network(
        "foveate-s",
        "where people look: gaze, salient objects and the centre, pooled (the default)",
        foveate_s,
        size=_size,
        record="foveate-s",
    ),
    network(
        "foveate-s-quick",
        "as foveate-s, from a smaller picture: what the effort fast looks with",
        foveate_s,
        size=quick_size,
        record="foveate-s",
    ),
    network(
        "foveate-s-gaze",
        "where people look, from the gaze branch alone",
        foveate_s_gaze,
        size=_size,
        record="foveate-s",
    ),
    network(
        "foveate-s-window",
        "where people look, as sharp as crops are placed best by",
        foveate_s_window,
        size=_size,
        record="foveate-s",
    ),
    network(
        "foveate-s-mask",
        "salient objects, from the mask branch alone",
        foveate_s_mask,
        size=_size,
        record="foveate-s",
    ),
)
