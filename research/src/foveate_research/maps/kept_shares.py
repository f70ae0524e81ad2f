"""How much of what people looked at lies in a window: what crops are measured by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from foveate.saliency import SaliencyMap
from foveate.saliency.windows import SummedMap
from foveate.settings import Box
from foveate_research.datasets.attention import AttentionPicture

SHAPES: Mapping[str, tuple[float, float]] = {"9:16": (9, 16), "1:1": (1, 1), "3:1": (3, 1)}
HALF = "half-side square"
CUT_SHAPE = "9:16"
"""The shape whose windows' edges are looked at."""


def window_sizes(height: int, width: int) -> dict[str, tuple[int, int]]:
    """Width and height of the windows that are measured: the largest of each shape of SHAPES, and a
    square of half the shorter side."""
    sizes = {
        name: (min(width, round(height * a / b)), min(height, round(width * b / a)))
        for name, (a, b) in SHAPES.items()
    }
    half = min(height, width) // 2
    return {**sizes, HALF: (half, half)}


def looked_at(picture: AttentionPicture) -> SummedMap:
    """Where people looked in a picture, its fixations or else their density, as a table of sums."""
    height, width = picture.pixels.shape[:2]
    values: npt.NDArray[np.float32]
    if picture.fixations is not None:
        values = np.zeros((height, width), np.float32)
        x = picture.fixations[:, 1].clip(0, width - 1)
        y = picture.fixations[:, 2].clip(0, height - 1)
        np.add.at(values, (y, x), 1)
    else:
        assert picture.density is not None
        values = picture.density.astype(np.float32)
    return SummedMap(SaliencyMap(values, height, width, 1.0, "viewers"))


def centred(width: int, height: int, size: tuple[int, int]) -> Box:
    """The window of that size in the middle of a picture."""
    return (width - size[0]) // 2, (height - size[1]) // 2, *size
