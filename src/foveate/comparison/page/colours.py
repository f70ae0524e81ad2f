"""The colours of error maps and of the saliency map, and the legends that explain them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.saliency.overlay import HEAT

Errors = npt.NDArray[np.float32]

# The colours run from near black for no error to a light yellow. Their lightness rises evenly
# (CIELAB L* from 5 to 96), so that an error map can be read in grey too.
_ANCHORS = np.array(
    [
        (12, 16, 38),
        (52, 30, 104),
        (122, 34, 116),
        (190, 55, 95),
        (234, 100, 62),
        (250, 170, 60),
        (253, 246, 190),
    ],
    dtype=np.float64,
)
TOP_SHARE = 0.995
"""The share of errors that lie within the scale; without it a few extremes darken all others."""


def error_palette() -> npt.NDArray[np.uint8]:
    """The colours (256, 3) RGB from no error to the end of the scale."""
    return _between(_ANCHORS)


def heat_palette() -> npt.NDArray[np.uint8]:
    """The colours (256, 3) RGB that `saliency.overlay` gives map values from 0 to 1."""
    shown = np.sqrt(np.linspace(0, 1, 256))  # the overlay paints the root of the map's value
    return np.asarray(_between(HEAT.astype(np.float64))[np.round(255 * shown).astype(int)])


def scale_end(errors: Sequence[Errors]) -> float:
    """The error at which one colour scale for all these maps ends; it is always above 0."""
    highest = max((float(np.quantile(each, TOP_SHARE)) for each in errors), default=0.0)
    if highest == 0:
        highest = max((float(each.max()) for each in errors), default=0.0)
    return highest or 1.0


def painted_errors(errors: Errors, *, end: float) -> bytes:
    """The errors (h, w) as a PNG: 0 has the palette's first colour, `end` and above its last."""
    levels = np.round(np.clip(errors / end, 0, 1) * 255).astype(np.uint8)
    return _png(levels, error_palette())


def legend(palette: npt.NDArray[np.uint8]) -> bytes:
    """The palette from left to right as a PNG of 256 x 1 pixels."""
    return _png(np.arange(256, dtype=np.uint8)[None], palette)


def _between(anchors: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    at = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, c]) for c in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def _png(levels: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    image = Image.fromarray(levels)
    image.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
