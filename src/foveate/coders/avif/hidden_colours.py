"""Colours that nobody sees, replaced by what takes the fewest bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.pictures.transparency import Transparency

Plane = npt.NDArray[np.float32]


def without_hidden_colours(transparency: Transparency) -> npt.NDArray[np.uint8]:
    """The colours, smoothly continued where alpha is 0.

    An edge at the border of what is seen would take bits, and would shine through where a decoded
    alpha is not quite 0. So the colours around are continued: means of 2x2, and of 2x2 of these,
    and so on, fill what has none of its own.
    """
    hidden = transparency.alpha == 0
    colour = transparency.colour
    if not hidden.any():
        return colour
    planes = [colour] if colour.ndim == 2 else [colour[..., channel] for channel in range(3)]
    seen = (~hidden).astype(np.float32)
    filled = [
        np.where(hidden, np.rint(_continued(plane * seen, seen)), plane).astype(np.uint8)
        for plane in planes
    ]
    return filled[0] if colour.ndim == 2 else np.stack(filled, axis=-1)


def _continued(sums: Plane, seen: Plane) -> Plane:
    """Sums over what is seen, divided by its share; where that is 0, the same of twice the size."""
    means = np.asarray(sums / np.maximum(seen, 1e-6), np.float32)
    if seen.all() or seen.size == 1:
        return means
    coarse = _continued(_halved(sums), _halved(seen))
    size = seen.shape[1], seen.shape[0]
    behind = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BILINEAR))
    return np.where(seen > 0, means, behind)


def _halved(values: Plane) -> Plane:
    """The means over 2x2; what is beyond the edge counts as nothing."""
    padded = np.pad(values, [(0, side % 2) for side in values.shape])
    rows, columns = (side // 2 for side in padded.shape)
    return np.asarray(padded.reshape(rows, 2, columns, 2).mean(axis=(1, 3)), np.float32)
