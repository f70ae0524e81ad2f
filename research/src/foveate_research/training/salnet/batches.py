"""Batches for SalNet: whole pictures and what their viewers saw, as maps from -1 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from foveate_research.datasets.attention import AttentionPicture
from foveate_research.training.stream import BatchStream

Shape = tuple[int, int]

SHAPES: tuple[Shape, ...] = (
    (144, 192),
    (168, 168),
    (192, 144),
)  # height and width: 4:3, square, 3:4
SIGMA_SHARE = 0.03  # of the longer side: about a degree of sight in these sets
FEWEST_POINTS = 5
MULTIPLE = 8


class MapBatch(NamedTuple):
    """pixels (B, 3, H, W) uint8 RGB and target (B, 1, H, W) float32 in [-1, 1]."""

    pixels: Tensor
    target: Tensor


class WholePictures(BatchStream[MapBatch]):
    """An endless stream of batches, each of one shape; mirrored half the time, never cropped.

    Where in its picture a thing lies tells much of who looks at it.
    """

    def __init__(
        self,
        pictures: Sequence[AttentionPicture],
        *,
        count: int,
        shapes: tuple[Shape, ...] = SHAPES,
        progress: Callable[[int], float],
        seed: int,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.pictures, self.count = pictures, count
        self.groups: dict[Shape, list[int]] = {}
        for index, picture in enumerate(pictures):
            if picture.fixations is not None and len(picture.fixations) >= FEWEST_POINTS:
                self.groups.setdefault(nearest_shape(picture, shapes), []).append(index)

    def chosen(self, rng: np.random.Generator) -> Iterator[tuple[Shape, list[int]]]:
        """Every picture once, in batches of one shape each, in a random order; then again."""
        while True:
            batches = [
                (shape, part)
                for shape, group in self.groups.items()
                for part in _parts(rng.permutation(group).tolist(), self.count)
            ]
            yield from (batches[index] for index in rng.permutation(len(batches)))

    def made(
        self, chosen: tuple[Shape, list[int]], passed: float, rng: np.random.Generator
    ) -> MapBatch:
        """These pictures at their shape."""
        shape, places = chosen
        drawn = [
            _draw(self.pictures[place], shape, mirrored=rng.random() < 0.5) for place in places
        ]
        return MapBatch(
            torch.from_numpy(np.stack([pixels for pixels, _ in drawn])).permute(0, 3, 1, 2),
            torch.from_numpy(np.stack([target for _, target in drawn]))[:, None],
        )


def _parts(order: list[int], count: int) -> list[list[int]]:
    """The order in pieces of `count`, the last one maybe shorter."""
    return [order[start : start + count] for start in range(0, len(order), count)]


def shapes_of(width: int, height: int) -> tuple[Shape, ...]:
    """Height and width as asked, a square of about as many pixels, and the shape on its side."""
    side = round((width * height) ** 0.5 / MULTIPLE) * MULTIPLE
    return tuple(dict.fromkeys(((height, width), (side, side), (width, height))))


def nearest_shape(picture: AttentionPicture, shapes: tuple[Shape, ...] = SHAPES) -> Shape:
    """The training shape that squashes a picture least."""
    height, width = picture.pixels.shape[:2]
    return min(shapes, key=lambda shape: abs(np.log(shape[1] / shape[0] * height / width)))


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
