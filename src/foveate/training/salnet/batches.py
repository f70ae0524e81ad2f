"""Batches for SalNet: whole pictures and what their viewers saw, as maps from -1 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import IterableDataset

from foveate.datasets.attention import AttentionPicture

SIGMA_SHARE = 0.035  # of the longer side: about a degree of sight in these sets
FEWEST_POINTS = 5


class MapBatch(NamedTuple):
    """pixels (B, 3, H, W) uint8 RGB and target (B, 1, H, W) float32 in [-1, 1]."""

    pixels: Tensor
    target: Tensor


class WholePictures(IterableDataset[MapBatch]):
    """An endless stream of batches, each of pictures of one shape; mirrored half the time.

    Never cropped: where in its picture a thing lies tells much of who looks at it. pixels: about
    how many a picture has; its sides are multiples of 8 near its own aspect.
    """

    def __init__(
        self,
        pictures: list[AttentionPicture],
        *,
        count: int,
        longer: int,
        progress: Callable[[], float],
        seed: int,
    ) -> None:
        self.count, self.progress, self.seed = count, progress, seed
        self.shapes: dict[tuple[int, int], list[AttentionPicture]] = {}
        for picture in pictures:
            if picture.fixations is not None and len(picture.fixations) >= FEWEST_POINTS:
                shape = shape_within(*picture.pixels.shape[:2], longer=longer)
                self.shapes.setdefault(shape, []).append(picture)

    def __iter__(self) -> Iterator[MapBatch]:
        rng = np.random.default_rng((self.seed, int(self.progress() * 1e6)))
        while True:
            yield from self._once(rng)

    def _once(self, rng: np.random.Generator) -> Iterator[MapBatch]:
        """Every picture once, in batches of one shape each, in a random order."""
        batches = []
        for shape, pictures in self.shapes.items():
            order = rng.permutation(len(pictures))
            for start in range(0, len(order), self.count):
                batches.append((shape, [pictures[i] for i in order[start : start + self.count]]))
        for index in rng.permutation(len(batches)):
            (height, width), pictures = batches[index]
            drawn = [_draw(picture, height, width, rng) for picture in pictures]
            yield MapBatch(
                torch.from_numpy(np.stack([pixels for pixels, _ in drawn])).permute(0, 3, 1, 2),
                torch.from_numpy(np.stack([target for _, target in drawn]))[:, None],
            )
