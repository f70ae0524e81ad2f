"""Strokes of a brush over a saliency map: what must stay sharp, what may go, and the map again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from foveate.saliency import SaliencyMap

KINDS = ("keep", "drop", "erase")
LONGEST_SIDE = 1024
"""A painted map is no finer than this; it steers 8x8 blocks."""
_KEEP, _DROP = 255, 0
_UNKNOWN = 128
"""Stands where a network knows nothing, so that it lies between what stays and what goes."""


@dataclass(frozen=True)
class Stroke:
    """One stroke in pixels of the upright picture.

    kind: "keep" for what must stay sharp, "drop" for what may go, "erase" for what is as the
    network says. radius: of the brush. points: (x, y) along the stroke.
    """

    kind: str
    radius: float
    points: tuple[tuple[float, float], ...]


def painted_map(saliency: SaliencyMap, strokes: Sequence[Stroke]) -> npt.NDArray[np.uint8]:
    """(h, w) uint8 of the picture's aspect: the map, raised to 255 and lowered to 0 by strokes.

    Unpainted parts lie between the two, so that a stroke always stands out.
    """
    scale = min(1.0, LONGEST_SIDE / max(saliency.width, saliency.height))
    width = max(1, round(saliency.width * scale))
    height = max(1, round(saliency.height * scale))
    if saliency.confidence == 0:
        below = np.full((height, width), _UNKNOWN, np.uint8)
    else:
        below = np.rint(1 + 253 * saliency.resized(height, width)).astype(np.uint8)
    painted = Image.fromarray(below)
    for stroke in strokes:
        _lay(stroke, painted, below, scale)
    return np.array(painted)


def as_png(values: npt.NDArray[np.uint8]) -> bytes:
    """Grey or RGBA samples as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    return file.getvalue()


def _lay(stroke: Stroke, painted: Image.Image, below: npt.NDArray[np.uint8], scale: float) -> None:
    mask = Image.new("L", painted.size)
    draw = ImageDraw.Draw(mask)
    radius = max(stroke.radius * scale, 0.5)
    far = 4 * max(painted.size)  # Pillow's line drawing takes whole numbers of 32 bits
    points = [
        (min(max(x * scale, -far), far), min(max(y * scale, -far), far)) for x, y in stroke.points
    ]
    radius = min(radius, far)
    if len(points) > 1:
        draw.line(points, fill=255, width=max(1, round(2 * radius)))
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    if stroke.kind == "erase":
        painted.paste(Image.fromarray(below), (0, 0), mask)
    else:
        painted.paste(_KEEP if stroke.kind == "keep" else _DROP, (0, 0, *painted.size), mask)
