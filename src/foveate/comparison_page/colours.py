"""Error maps and the saliency map as colours, and the legends that say what a colour means."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.saliency.overlay import HEAT

Errors = npt.NDArray[np.float32]

# No error is near black; lightness rises evenly (CIELAB L* 5 to 96), so it reads in grey too.
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
"""Of the errors, those below the end of the scale: a few extremes would darken all others."""


def error_palette() -> npt.NDArray[np.uint8]:
    """(256, 3) RGB, from no error to the end of the scale."""
    return _between(_ANCHORS)


def heat_palette() -> npt.NDArray[np.uint8]:
    """(256, 3) RGB of `saliency.overlay`, from the map's 0 to its 1."""
    shown = np.sqrt(np.linspace(0, 1, 256))  # as the overlay does
    return np.asarray(_between(HEAT.astype(np.float64))[np.round(255 * shown).astype(int)])


def scale_end(errors: Sequence[Errors]) -> float:
    """The error at the end of one scale for all of these; above 0 where they show no error."""
    highest = max((float(np.quantile(each, TOP_SHARE)) for each in errors), default=0.0)
    if highest == 0:
        highest = max((float(each.max()) for each in errors), default=0.0)
    return highest or 1.0


def painted_errors(errors: Errors, *, end: float) -> bytes:
    """A PNG of the errors: 0 is the palette's first colour, `end` and above its last."""
    levels = np.round(np.clip(errors / end, 0, 1) * 255).astype(np.uint8)
    return _png(levels, error_palette())


def legend(palette: npt.NDArray[np.uint8]) -> bytes:
    """A PNG, 256 x 1: the palette from left to right."""
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
