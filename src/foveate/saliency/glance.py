"""A picture of any size reduced to the few pixels that a model looks at, in little memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

STRIP_PIXELS = 1 << 22  # of the picture at a time; Pillow holds four bytes each


def glance(pixels: npt.NDArray[np.uint8], *, height: int, width: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3) RGB of a (H, W, 3) or (H, W) picture, filtered against aliasing.

    Whole-number box averages come first, strip by strip, and a triangle filter does the rest, so
    that no second copy of a large picture is made. The result does not depend on the strips.
    """
    rows, columns = pixels.shape[:2]
    across = max(1, columns // (2 * width))
    down = max(1, rows // (2 * height))
    if across * down == 1:
        small = Image.fromarray(np.ascontiguousarray(pixels))
    else:
        strip = max(1, STRIP_PIXELS // (columns * down)) * down
        parts = [
            np.asarray(_image(pixels[top : top + strip]).reduce((across, down)))
            for top in range(0, rows, strip)
        ]
        small = Image.fromarray(np.concatenate(parts))
    if small.mode != "RGB":
        small = small.convert("RGB")
    # a last box may be partly filled: the picture ends within it
    box = (0.0, 0.0, columns / across, rows / down)
    box = (0.0, 0.0, min(box[2], small.width), min(box[3], small.height))
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR, box=box))


def _image(strip: npt.NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(strip))
