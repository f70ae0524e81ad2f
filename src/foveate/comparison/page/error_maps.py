"""The error maps that a page shows, shrunk to a size that fits a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.comparison.page.shown_pictures import fitting
from foveate.metrics.quality import error_map

Errors = npt.NDArray[np.float32]

SHOWN_PIXELS = 400_000
"""The most pixels of an error map on a page."""


@dataclass(frozen=True)
class ErrorKind:
    """How a page shows the errors of one metric."""

    metric: str
    explained: str
    """What the errors are, for the page's reader."""
    unit: str
    root: bool
    """Whether the metric's error is a square, of which the page shows the root."""


ERROR_KINDS = (
    ErrorKind(
        "psnr_hvs_m",
        "errors of luma in 8 × 8 blocks, weighted by the eye's sensitivity to each frequency, "
        "less what the block's own contrast masks",
        "grey levels from 0 to 255",
        root=True,
    ),
    ErrorKind("ssim", "structure lost in luma", "1 − SSIM", root=False),
)


def shrunk_errors(
    kind: ErrorKind, original: npt.NDArray[np.uint8], copy: npt.NDArray[np.uint8]
) -> Errors:
    """The errors (h, w) in the kind's unit, averaged down to SHOWN_PIXELS at most."""
    errors = error_map(kind.metric, original, copy, data_range=255)
    size = fitting(original.shape[1], original.shape[0], SHOWN_PIXELS)
    small = np.asarray(Image.fromarray(errors).resize(size, Image.Resampling.BOX), np.float32)
    return np.sqrt(small) if kind.root else small
