"""Batches of labelled pictures from several sets, one shape a batch.

Labels are of whole pictures, so a crop leaves at least three quarters of each side: what it shows
is still what the labels say. No class mask is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from foveate_research.datasets.labels import LabelledPicture, read_labelled
from foveate_research.models.classes import ClassList
from foveate_research.training.augmentation import Recolouring, recoloured, shuffled
from foveate_research.training.stream import BatchStream

COLOURS = Recolouring(grey=0.05, saturation=0.3, contrast=0.25, brightness=25, cast=0.06)
SETS = ("caltech101", "msrc21")
COUNTS = {"caltech101": 20, "msrc21": 12}  # of a batch
HELD_OUT = 10  # every tenth picture of msrc21's train part follows the training

Shapes = tuple[tuple[tuple[int, int], float], ...]
# width, height and how often: while training is young, and once it is grown
SHAPES_YOUNG: Shapes = (((160, 128), 0.6), ((144, 144), 0.25), ((128, 160), 0.15))
SHAPES_GROWN: Shapes = (((224, 176), 0.6), ((208, 208), 0.25), ((176, 224), 0.15))
# the same for a trunk that wants multiples of 32
LITE_YOUNG: Shapes = (((192, 160), 0.6), ((160, 160), 0.25), ((160, 192), 0.15))
LITE_GROWN: Shapes = (((256, 192), 0.6), ((224, 224), 0.25), ((192, 256), 0.15))
GROWN_FROM = 2 / 3
LEAST_KEPT = 0.75  # of each side
SQUASH = 1.25


class LabelBatch(NamedTuple):
    """pixels (B, 3, H, W) uint8; present, stated (B, C) float32 of 0 and 1."""

    pixels: Tensor
    present: Tensor
    stated: Tensor


def read_parts(data: Path) -> tuple[dict[str, list[LabelledPicture]], list[LabelledPicture]]:
    """The train parts by set, and what is held out of msrc21's to follow the training."""
    pictures = {
        name: [picture for picture in read_labelled(data / name, "train") if picture.labels]
        for name in SETS
    }
    held_out = pictures["msrc21"][::HELD_OUT]
    pictures["msrc21"] = [
        picture for index, picture in enumerate(pictures["msrc21"]) if index % HELD_OUT
    ]
    return pictures, held_out


class LabelBatches(BatchStream[LabelBatch]):
    """An endless stream; pictures grow when enough of the training has passed."""

    def __init__(
        self,
        pictures: dict[str, list[LabelledPicture]],
        classes: ClassList,
        *,
        progress: Callable[[int], float],
        seed: int,
        counts: dict[str, int] | None = None,
        shapes: tuple[Shapes, Shapes] = (SHAPES_YOUNG, SHAPES_GROWN),
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.pictures, self.classes = pictures, classes
        self.counts = counts or COUNTS
        self.young, self.grown = shapes

    def chosen(self, rng: np.random.Generator) -> Iterator[list[tuple[str, int]]]:
        """A batch's pictures: each one's set, and its index there."""
        orders = {name: shuffled(len(self.pictures[name]), rng) for name in self.counts}
        while True:
            yield [
                (name, next(orders[name]))
                for name, count in self.counts.items()
                for _ in range(count)
            ]

    def made(
        self, chosen: list[tuple[str, int]], passed: float, rng: np.random.Generator
    ) -> LabelBatch:
        """These pictures at one shape."""
        shapes = self.grown if passed >= GROWN_FROM else self.young
        width, height = shapes[rng.choice(len(shapes), p=[share for _, share in shapes])][0]
        pictures = [(name, self.pictures[name][index]) for name, index in chosen]
        drawn = [draw(picture.pixels, width, height, rng) for _, picture in pictures]
        told = [self.classes.targets(name, picture.labels) for name, picture in pictures]
        return LabelBatch(
            torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2),
            torch.from_numpy(np.stack([present for present, _ in told])),
            torch.from_numpy(np.stack([stated for _, stated in told])),
        )


def draw(
    pixels: npt.NDArray[np.uint8], width: int, height: int, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """(height, width, 3): most of a picture, mirrored half the time, recoloured a little."""
    rows, columns = pixels.shape[:2]
    aspect = width / height * np.exp(rng.uniform(-1, 1) * np.log(SQUASH))
    across = min(columns, max(rows * aspect, LEAST_KEPT * columns))
    down = min(rows, max(columns / aspect, LEAST_KEPT * rows))
    across = max(across * rng.uniform(0.85, 1), LEAST_KEPT * columns)
    down = max(down * rng.uniform(0.85, 1), LEAST_KEPT * rows)
    left, top = rng.uniform(0, columns - across), rng.uniform(0, rows - down)
    image = Image.fromarray(pixels).resize(
        (width, height), Image.Resampling.BILINEAR, box=(left, top, left + across, top + down)
    )
    found = np.asarray(image)
    if rng.random() < 0.5:
        found = found[:, ::-1]
    return np.ascontiguousarray(recoloured(found, COLOURS, rng))
