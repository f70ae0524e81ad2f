"""Mixed training batches: pictures with fixations, with density maps and with masks, one shape.

Every step draws one shape for all its pictures. A picture is cropped to the shape's aspect, so it
is never squashed by more than a seventh (the squashed set is un-squashed to 4:3), and the crop's
box goes along, so that the centre prior knows where in its picture the crop lies.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from foveate.errors import OptionError
from foveate_research.architectures.foveate_s import MAP_STRIDE, TAILS
from foveate_research.datasets.attention import (
    AttentionPicture,
    read_densities,
    read_fixations,
    read_masks,
)
from foveate_research.datasets.sets import Indexed
from foveate_research.training.augmentation import Recolouring, recoloured, shuffled
from foveate_research.training.recipes import Request
from foveate_research.training.sets import (
    Kind,
    ReadShards,
    attention_pictures,
    joined,
    kind_of,
    named_sets,
)
from foveate_research.training.stream import BatchStream

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the stored picture

Shapes = tuple[tuple[tuple[int, int], float], ...]
# width, height and how often: while training is young, once it is grown, and when it is refined
SHAPES_YOUNG: Shapes = (((256, 192), 0.74), ((224, 224), 0.16), ((192, 256), 0.10))
SHAPES_GROWN: Shapes = (((288, 224), 0.74), ((256, 256), 0.16), ((224, 288), 0.10))
SHAPES_FINE: Shapes = (((384, 288), 0.74), ((320, 320), 0.16), ((288, 384), 0.10))
COLOURS = Recolouring(grey=0.07, saturation=0.4, contrast=0.3, brightness=30, cast=0.07, noise=0.15)
GROWN_FROM = 0.6  # share of the training after which the pictures grow
SQUASH = 1.15
FEWEST_POINTS = 5


class Batch(NamedTuple):
    """One step's pictures in the order: with fixations, with density maps, with masks.

    pixels (B, 3, H, W) uint8; box (B, 4) in 0..1; seen (G, 1, h, w) fixation counts or density of
    the first G; tail (G,) indices into TAILS; mask (B - G, 1, h, w) in 0..1; h = H / 4.
    """

    pixels: Tensor
    box: Tensor
    seen: Tensor
    tail: Tensor
    mask: Tensor


@dataclass(frozen=True)
class TrainingData:
    """All training pictures; point_tails: the read-out tail of each picture with fixations."""

    points: Sequence[AttentionPicture]
    point_tails: list[int]
    densities: Sequence[AttentionPicture]
    masks: Sequence[AttentionPicture]


def tail_of(key: str) -> int:
    """The read-out tail of a picture with fixations, by its key: osie has bare numbers."""
    name = key.split("-")[0]
    return TAILS.index(name if name in TAILS else "osie")


def load_training_data(request: Request) -> tuple[TrainingData, list[dict[str, Any]]]:
    """The pictures of each kind, and what a record says of their sets.

    The sets that the user named, and for a kind that none of them is of the train parts of osie and
    gaze-more, of gaze-scenes, of duts. Raises OptionError for sets of labels.
    """
    for pictures in named_sets(request):
        if kind_of(pictures) == "labels":
            raise OptionError(f"{pictures.name} is a set of labels: foveate-s learns from none")
    kinds: tuple[tuple[Kind, tuple[str, ...], ReadShards], ...] = (
        ("fixations", ("osie", "gaze-more"), read_fixations),
        ("density maps", ("gaze-scenes",), read_densities),
        ("masks", ("duts",), read_masks),
    )
    watched, densities, masks = (
        attention_pictures(request, kind, own=own, read=read, alone=False)
        for kind, own, read in kinds
    )
    groups, tails = [], []
    for group, facts in zip(watched.groups.values(), watched.data, strict=True):
        keys = [pic.key if len(picture_points(pic)) >= FEWEST_POINTS else None for pic in group]
        kept = [index for index, key in enumerate(keys) if key is not None]
        groups.append(chosen_of(group, kept))
        tails += [tail_of(key) for key in keys if key is not None]
        facts["count"] = len(kept)
    data = TrainingData(joined(groups), tails, densities.together, masks.together)
    return data, [*watched.data, *densities.data, *masks.data]


def chosen_of(group: Sequence[AttentionPicture], kept: list[int]) -> Sequence[AttentionPicture]:
    """The pictures at these places, none of them read."""
    return Indexed(lambda index: group[kept[index]], len(kept))


def picture_points(picture: AttentionPicture) -> npt.NDArray[np.float32]:
    """(N, 2) fixated positions x, y: centres of pixels, counted from the picture's corner."""
    assert picture.fixations is not None
    return picture.fixations[:, 1:3].astype(np.float32) + 0.5


class MixedBatches(BatchStream[Batch]):
    """An endless stream of batches; pictures grow when enough of the training has passed."""

    def __init__(
        self,
        data: TrainingData,
        *,
        counts: tuple[int, int, int],
        progress: Callable[[int], float],
        seed: int,
        refining: bool = False,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.data, self.counts = data, counts
        self.refining = refining

    def shapes(self, passed: float) -> Shapes:
        """The shapes that are drawn from at this point of the training."""
        if self.refining:
            return SHAPES_FINE
        return SHAPES_GROWN if passed >= GROWN_FROM else SHAPES_YOUNG

    def chosen(self, rng: np.random.Generator) -> Iterator[list[list[int]]]:
        """A batch's pictures by index: with fixations, with density maps, with masks."""
        groups = (self.data.points, self.data.densities, self.data.masks)
        orders = [shuffled(len(group), rng) for group in groups]
        while True:
            yield [
                [next(order) for _ in range(count)]
                for order, count in zip(orders, self.counts, strict=True)
            ]

    def made(self, chosen: list[list[int]], passed: float, rng: np.random.Generator) -> Batch:
        """These pictures at one shape."""
        data, shapes = self.data, self.shapes(passed)
        width, height = shapes[rng.choice(len(shapes), p=[share for _, share in shapes])][0]
        points, densities, masks = chosen
        samples = [_draw_points(data.points[i], width, height, rng) for i in points]
        samples += [_draw_density(data.densities[i], width, height, rng) for i in densities]
        seen = np.stack([sample[2] for sample in samples])
        masked = [_draw_mask(data.masks[i], width, height, rng) for i in masks]
        tails = [data.point_tails[i] for i in points]
        tails += [TAILS.index("gaze-scenes")] * len(densities)
        everything = samples + masked
        pixels = torch.from_numpy(np.stack([sample[0] for sample in everything]))
        return Batch(
            pixels=pixels.permute(0, 3, 1, 2),
            box=torch.from_numpy(np.stack([sample[1] for sample in everything])),
            seen=torch.from_numpy(seen)[:, None],
            tail=torch.tensor(tails),
            mask=torch.from_numpy(np.stack([sample[2] for sample in masked]))[:, None],
        )


def _crop(picture: AttentionPicture, aspect: float, rng: np.random.Generator) -> Box:
    """A box of about the aspect: half the time as large as fits, else down to 0.55 of that."""
    height, width = picture.pixels.shape[:2]
    true_aspect = aspect
    if picture.density is not None:  # stored squashed to a square; most were 4:3
        true_aspect = aspect * 3 / 4
    wanted = min(max(width / height, true_aspect / SQUASH), true_aspect * SQUASH)
    box_width = min(float(width), height * wanted)
    box_height = box_width / wanted
    if rng.random() < 0.5:
        scale = rng.uniform(0.55, 1.0)
        box_width, box_height = box_width * scale, box_height * scale
    left = rng.uniform(0, width - box_width) if box_width < width else 0.0
    top = rng.uniform(0, height - box_height) if box_height < height else 0.0
    return left, top, left + box_width, top + box_height


def _full(picture: AttentionPicture) -> Box:
    height, width = picture.pixels.shape[:2]
    return 0.0, 0.0, float(width), float(height)


Drawn = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.float32]]


def _draw_points(
    picture: AttentionPicture, width: int, height: int, rng: np.random.Generator
) -> Drawn:
    """Pixels, box and fixation counts at the map's stride."""
    points = picture_points(picture)
    box = _crop(picture, width / height, rng)
    places = _inside(points, box)
    if len(places) < FEWEST_POINTS:
        box = _full(picture)
        places = _inside(points, box)
    columns, rows = width // MAP_STRIDE, height // MAP_STRIDE
    flipped = rng.random() < 0.5
    x = np.minimum((places[:, 0] * columns).astype(np.int64), columns - 1)
    y = np.minimum((places[:, 1] * rows).astype(np.int64), rows - 1)
    counts = np.bincount(y * columns + x, minlength=rows * columns).astype(np.float32)
    counts = counts.reshape(rows, columns)
    return (
        _render(picture, box, width, height, flipped, rng),
        _relative(picture, box, flipped),
        (counts[:, ::-1].copy() if flipped else counts),
    )


def _inside(points: npt.NDArray[np.float32], box: Box) -> npt.NDArray[np.float32]:
    """The points within the box, in 0..1 of it."""
    left, top, right, bottom = box
    places = (points - [left, top]) / [right - left, bottom - top]
    kept = ((places >= 0) & (places < 1)).all(axis=1)
    return cast(npt.NDArray[np.float32], places[kept])


def _draw_density(
    picture: AttentionPicture, width: int, height: int, rng: np.random.Generator
) -> Drawn:
    """Pixels, box and smooth density at the map's stride."""
    assert picture.density is not None
    box = _crop(picture, width / height, rng)
    seen = _resized_map(picture, picture.density, box, width, height)
    if seen.sum() < 1.0:
        box = _full(picture)
        seen = _resized_map(picture, picture.density, box, width, height)
    flipped = rng.random() < 0.5
    return (
        _render(picture, box, width, height, flipped, rng),
        _relative(picture, box, flipped),
        (seen[:, ::-1].copy() if flipped else seen),
    )


def _draw_mask(
    picture: AttentionPicture, width: int, height: int, rng: np.random.Generator
) -> Drawn:
    """Pixels, box and mask at the map's stride."""
    assert picture.mask is not None
    box = _crop(picture, width / height, rng)
    mask = _resized_map(picture, picture.mask, box, width, height)
    flipped = rng.random() < 0.5
    return (
        _render(picture, box, width, height, flipped, rng),
        _relative(picture, box, flipped),
        (mask[:, ::-1].copy() if flipped else mask),
    )


def _resized_map(
    picture: AttentionPicture, values: npt.NDArray[np.uint8], box: Box, width: int, height: int
) -> npt.NDArray[np.float32]:
    """The box of a map of the picture, area-averaged or interpolated to the stride, in 0..1."""
    across = values.shape[1] / picture.pixels.shape[1]
    down = values.shape[0] / picture.pixels.shape[0]
    scaled = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    size = (width // MAP_STRIDE, height // MAP_STRIDE)
    image = Image.fromarray(values).resize(size, Image.Resampling.BILINEAR, box=scaled)
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _relative(picture: AttentionPicture, box: Box, flipped: bool) -> npt.NDArray[np.float32]:
    """The box in 0..1 of its picture, mirrored with it."""
    height, width = picture.pixels.shape[:2]
    left, top, right, bottom = box[0] / width, box[1] / height, box[2] / width, box[3] / height
    if flipped:
        left, right = 1 - right, 1 - left
    return np.array([left, top, right, bottom], dtype=np.float32)


def _render(
    picture: AttentionPicture,
    box: Box,
    width: int,
    height: int,
    flipped: bool,
    rng: np.random.Generator,
) -> npt.NDArray[np.uint8]:
    """(height, width, 3): the box resized, then made to look as other cameras and files would."""
    image = Image.fromarray(picture.pixels).resize(
        (width, height), Image.Resampling.BILINEAR, box=box
    )
    if flipped:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.15:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=int(rng.integers(30, 90)))
        image = Image.open(stream)
    pixels = np.asarray(image)
    if rng.random() < 0.7:
        pixels = recoloured(pixels, COLOURS, rng)
    return np.ascontiguousarray(pixels)
