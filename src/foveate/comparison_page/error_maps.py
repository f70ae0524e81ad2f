"""The error maps that a page shows: which, in what numbers, and small enough for a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.comparison_page.shown import fitting
from foveate.metrics.quality import error_map

Errors = npt.NDArray[np.float32]

SHOWN_PIXELS = 400_000


@dataclass(frozen=True)
class ErrorKind:
    """One metric's errors as they are shown."""

    metric: str
    explained: str
    unit: str
    root: bool
    """Shown as the root of the metric's error, which is a square."""


ERROR_KINDS = (
    ErrorKind(
        "psnr_hvs_m",
        "luma, block by block, frequencies weighted as the eye does, less what contrast hides",
        "levels of 255",
        root=True,
    ),
    ErrorKind("ssim", "luma, structure lost", "1 − SSIM", root=False),
)


def shrunk_errors(
    kind: ErrorKind, original: npt.NDArray[np.uint8], copy: npt.NDArray[np.uint8]
) -> Errors:
    """(h, w) of SHOWN_PIXELS at most, in the kind's unit: errors are averaged where it shrinks."""
    errors = error_map(kind.metric, original, copy, data_range=255)
    size = fitting(original.shape[1], original.shape[0], SHOWN_PIXELS)
    small = np.asarray(Image.fromarray(errors).resize(size, Image.Resampling.BOX), np.float32)
    return np.sqrt(small) if kind.root else small
