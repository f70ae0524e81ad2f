"""Batches for MEnet: pictures with masks, cropped a little, mirrored, squashed to a square."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from foveate_research.datasets.attention import AttentionPicture
from foveate_research.training.stream import BatchStream

LEAST_CROP = 0.9  # of each side, after the authors' code


class MaskBatch(NamedTuple):
    """pixels (B, 3, size, size) uint8 RGB and salient (B, size, size) bool."""

    pixels: Tensor
    salient: Tensor


class MaskBatches(BatchStream[MaskBatch]):
    """An endless stream in an order that the seed fixes.

    No distortions: the paper's robustness is that of a network that has seen none.
    """

    def __init__(
        self,
        pictures: Sequence[AttentionPicture],
        *,
        count: int,
        size: int,
        progress: Callable[[int], float],
        seed: int,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.pictures, self.count, self.size = pictures, count, size

    def chosen(self, rng: np.random.Generator) -> Iterator[list[int]]:
        """A batch's pictures by index; every picture once before any again."""
        order: list[int] = []
        while True:
            while len(order) < self.count:
                order += rng.permutation(len(self.pictures)).tolist()
            yield order[: self.count]
            order = order[self.count :]

    def made(self, chosen: list[int], passed: float, rng: np.random.Generator) -> MaskBatch:
        """The crops of these pictures."""
        drawn = [_draw(self.pictures[index], self.size, rng) for index in chosen]
        return MaskBatch(
            torch.from_numpy(np.stack([pixels for pixels, _ in drawn])).permute(0, 3, 1, 2),
            torch.from_numpy(np.stack([mask for _, mask in drawn])),
        )


def _draw(
    picture: AttentionPicture, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (size, size, 3) uint8 and mask (size, size) bool of one crop."""
    assert picture.mask is not None
    height, width = picture.pixels.shape[:2]
    share = rng.uniform(LEAST_CROP, 1)
    left, top = rng.uniform(0, 1 - share, 2) * (width, height)
    box = (left, top, left + share * width, top + share * height)
    shown = [
        np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BILINEAR, box))
        for values in (picture.pixels, picture.mask)
    ]
    if rng.random() < 0.5:
        shown = [values[:, ::-1] for values in shown]
    return np.ascontiguousarray(shown[0]), np.ascontiguousarray(shown[1] >= 128)
