"""SaliencyMap: where people look in one picture, at any resolution, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image


@dataclass(frozen=True, eq=False)
class SaliencyMap:
    """A map that covers its whole picture; cell edges, not centres, lie on the picture's edges.

    coarse (h, w) float32 in [0, 1], of any resolution. For the gaze models it is the predicted
    density of fixations divided by its peak, so that products with it keep their meaning; ranks of
    it are the ranks of the density. That of `foveate-s` is as broad as other viewers of other
    pictures would have it, with a share of the centre (`foveate.models.readout`); the sharper
    density of its network is `foveate-s-gaze`. A flat map is 1 everywhere. height, width: of the
    picture. confidence in [0, 1]: how steeply the chance that people look rises with the map's
    rank, beside a map that the network is sure of; 0 where nothing stands out. model: the name of
    what made the map.
    """

    coarse: npt.NDArray[np.float32]
    height: int
    width: int
    confidence: float
    model: str

    @cached_property
    def values(self) -> npt.NDArray[np.float32]:
        """(height, width) float32 in [0, 1]; made when first asked for, then kept."""
        return self.resized(self.height, self.width)

    def of_blocks(self) -> npt.NDArray[np.float32]:
        """(ceil(height / 8), ceil(width / 8)) float32 in [0, 1]: the map on 8x8 blocks."""
        return self.resized(-(-self.height // 8), -(-self.width // 8))

    def resized(self, height: int, width: int) -> npt.NDArray[np.float32]:
        """(height, width) float32 in [0, 1], aligned: area average to shrink, bilinear to grow.

        Each axis goes its own way, so that a long strip may shrink along and grow across.
        """
        image = Image.fromarray(np.ascontiguousarray(self.coarse, dtype=np.float32))
        image = image.resize((width, image.height), _filter(image.width, width))
        image = image.resize((width, height), _filter(image.height, height))
        return np.clip(np.asarray(image, dtype=np.float32), 0, 1)


def _filter(before: int, after: int) -> Image.Resampling:
    """Area average to shrink, bilinear to grow."""
    return Image.Resampling.BOX if after < before else Image.Resampling.BILINEAR


def flat_map(height: int, width: int, *, model: str) -> SaliencyMap:
    """The map of a picture in which nothing stands out."""
    return SaliencyMap(np.ones((1, 1), dtype=np.float32), height, width, 0.0, model)
