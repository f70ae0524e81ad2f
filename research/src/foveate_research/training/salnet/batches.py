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

from foveate_research.datasets.attention import AttentionPicture

SHAPES = ((144, 192), (168, 168), (192, 144))  # height and width: 4:3, square, 3:4
SIGMA_SHARE = 0.03  # of the longer side: about a degree of sight in these sets
FEWEST_POINTS = 5


class MapBatch(NamedTuple):
    """pixels (B, 3, H, W) uint8 RGB and target (B, 1, H, W) float32 in [-1, 1]."""

    pixels: Tensor
    target: Tensor


class WholePictures(IterableDataset[MapBatch]):
    """An endless stream of batches, each of one shape; mirrored half the time, never cropped.

    Where in its picture a thing lies tells much of who looks at it.
    """

    def __init__(
        self,
        pictures: list[AttentionPicture],
        *,
        count: int,
        progress: Callable[[], float],
        seed: int,
    ) -> None:
        self.count, self.progress, self.seed = count, progress, seed
        self.groups: dict[tuple[int, int], list[AttentionPicture]] = {}
        for picture in pictures:
            if picture.fixations is not None and len(picture.fixations) >= FEWEST_POINTS:
                self.groups.setdefault(nearest_shape(picture), []).append(picture)

    def __iter__(self) -> Iterator[MapBatch]:
        rng = np.random.default_rng((self.seed, int(self.progress() * 1e6)))
        while True:
            yield from self._once(rng)

    def _once(self, rng: np.random.Generator) -> Iterator[MapBatch]:
        """Every picture once, in batches of one shape each, in a random order."""
        batches = [
            (shape, [pictures[index] for index in chosen])
            for shape, pictures in self.groups.items()
            for chosen in _parts(rng.permutation(len(pictures)), self.count)
        ]
        for index in rng.permutation(len(batches)):
            shape, pictures = batches[index]
            drawn = [_draw(picture, shape, mirrored=rng.random() < 0.5) for picture in pictures]
            yield MapBatch(
                torch.from_numpy(np.stack([pixels for pixels, _ in drawn])).permute(0, 3, 1, 2),
                torch.from_numpy(np.stack([target for _, target in drawn]))[:, None],
            )


def _parts(order: npt.NDArray[np.int64], count: int) -> list[npt.NDArray[np.int64]]:
    """The order in pieces of `count`, the last one maybe shorter."""
    return [order[start : start + count] for start in range(0, len(order), count)]


def nearest_shape(picture: AttentionPicture) -> tuple[int, int]:
    """The training shape that squashes a picture least."""
    height, width = picture.pixels.shape[:2]
    return min(SHAPES, key=lambda shape: abs(np.log(shape[1] / shape[0] * height / width)))


def _draw(
    picture: AttentionPicture, shape: tuple[int, int], *, mirrored: bool
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Pixels (H, W, 3) and target (H, W) of one picture."""
    height, width = shape
    image = Image.fromarray(picture.pixels).resize((width, height), Image.Resampling.BILINEAR)
    pixels, target = np.asarray(image), fixation_map(picture, shape)
    if mirrored:
        pixels, target = pixels[:, ::-1], target[:, ::-1]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(target)


def fixation_map(picture: AttentionPicture, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    """(H, W) in [-1, 1]: fixations blurred by a Gaussian, 1 at the peak, -1 where none came."""
    assert picture.fixations is not None
    height, width = shape
    down, across = height / picture.pixels.shape[0], width / picture.pixels.shape[1]
    y = (picture.fixations[:, 2] + 0.5) * down - 0.5
    x = (picture.fixations[:, 1] + 0.5) * across - 0.5
    sigma = SIGMA_SHARE * max(shape)
    rows = np.exp(-0.5 * ((np.arange(height)[:, None] - y) / sigma) ** 2)
    columns = np.exp(-0.5 * ((np.arange(width)[:, None] - x) / sigma) ** 2)
    seen = rows @ columns.T
    return np.asarray(2 * seen / seen.max() - 1, dtype=np.float32)
