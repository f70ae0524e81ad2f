"""Batches of labelled pictures from several sets, one shape a batch.

Labels are of whole pictures, so a crop leaves at least three quarters of each side: what it shows
is still what the labels say. No class mask is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
SETS = ("caltech101", "msrc21", "voc")
COUNTS = {"caltech101": 12, "msrc21": 8, "voc": 28}  # of a batch
FOLLOWED = ("msrc21", "voc")
HELD_OUT = 10  # every tenth picture of these sets' train parts follows the training

Shapes = tuple[tuple[tuple[int, int], float], ...]
# width, height and how often: while training is young, and once it is grown
SHAPES_YOUNG: Shapes = (((160, 128), 0.6), ((144, 144), 0.25), ((128, 160), 0.15))
SHAPES_GROWN: Shapes = (((224, 176), 0.6), ((208, 208), 0.25), ((176, 224), 0.15))
GROWN_FROM = 2 / 3


@dataclass(frozen=True)
class Cropping:
    """How a picture is cut. least: of each side that stays; squash: by how much at most its aspect
    changes; shrunk: the least share of the largest such crop that is drawn."""

    least: float = 0.75
    squash: float = 1.25
    shrunk: float = 0.85


CROPPING = Cropping()


class LabelBatch(NamedTuple):
    """pixels (B, 3, H, W) uint8; present, stated (B, C) float32 of 0 and 1."""

    pixels: Tensor
    present: Tensor
    stated: Tensor


def read_parts(data: Path) -> dict[str, list[LabelledPicture]]:
    """The train parts by set: the pictures that have labels."""
    return {
        name: [picture for picture in read_labelled(data / name, "train") if picture.labels]
        for name in SETS
    }


def follows(name: str, index: int) -> bool:
    """Whether a picture of a train part is kept from the training, to follow it."""
    return name in FOLLOWED and index % HELD_OUT == 0


def parted(
    pictures: dict[str, list[LabelledPicture]],
) -> tuple[dict[str, list[LabelledPicture]], dict[str, list[LabelledPicture]]]:
    """Those that are learnt from, and those that follow the training, by set."""
    learnt, held_out = (
        {
            name: [picture for index, picture in enumerate(group) if follows(name, index) == held]
            for name, group in pictures.items()
        }
        for held in (False, True)
    )
    return learnt, {name: group for name, group in held_out.items() if group}


class LabelBatches(BatchStream[LabelBatch]):
    """An endless stream; pictures grow when enough of the training has passed."""

    def __init__(
        self,
        pictures: Mapping[str, Sequence[LabelledPicture]],
        classes: ClassList,
        *,
        progress: Callable[[int], float],
        seed: int,
        counts: dict[str, int] | None = None,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.pictures, self.classes = pictures, classes
        self.counts = counts or COUNTS

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
        shapes = SHAPES_GROWN if passed >= GROWN_FROM else SHAPES_YOUNG
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
    pixels: npt.NDArray[np.uint8],
    width: int,
    height: int,
    rng: np.random.Generator,
    *,
    cropping: Cropping = CROPPING,
) -> npt.NDArray[np.uint8]:
    """(height, width, 3): most of a picture, mirrored half the time, recoloured a little."""
    rows, columns = pixels.shape[:2]
    least = cropping.least
    aspect = width / height * np.exp(rng.uniform(-1, 1) * np.log(cropping.squash))
    across = min(columns, max(rows * aspect, least * columns))
    down = min(rows, max(columns / aspect, least * rows))
    across = max(across * rng.uniform(cropping.shrunk, 1), least * columns)
    down = max(down * rng.uniform(cropping.shrunk, 1), least * rows)
    left, top = rng.uniform(0, columns - across), rng.uniform(0, rows - down)
    image = Image.fromarray(pixels).resize(
        (width, height), Image.Resampling.BILINEAR, box=(left, top, left + across, top + down)
    )
    found = np.asarray(image)
    if rng.random() < 0.5:
        found = found[:, ::-1]
    return np.ascontiguousarray(recoloured(found, COLOURS, rng))
