"""A pack as Lightning takes it: batches of pictures with maps, dealt to processes and devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from foveate_research.thesis.reading import CHANNELS, Draws, PackedPart, central_draws, epoch_draws


class Batch(NamedTuple):
    """images (B, side, side, 4) uint8: colours and map; labels (B,); indices (B,) in the part.

    Where a saliency network teaches, what its layers attend to follows as channels of the images.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor


def as_floats(images: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels (B, 3, side, side) and saliency (B, 1, side, side) in [0, 1], less the mean (4,)."""
    values = images[..., :CHANNELS].permute(0, 3, 1, 2) * (1 / 255)
    if bool(mean.any()):
        values = values - mean[:, None, None]
    pixels = values[:, :3].contiguous(memory_format=torch.channels_last)
    return pixels, values[:, 3:].contiguous()


def teacher_floats(images: Tensor) -> Tensor:
    """(B, layers, side, side) in [0, 1]: what follows colours and map, if anything."""
    return images[..., CHANNELS:].permute(0, 3, 1, 2) * (1 / 255)


class DrawnPictures(Dataset[Batch]):
    """A part whose items are asked for by draws (index, top, left, mirrored), a batch at once."""

    def __init__(self, part: PackedPart) -> None:
        self.part = part

    def __len__(self) -> int:
        return len(self.part)

    def __getitems__(self, draws: list[Draws]) -> Batch:
        stacked = np.stack(draws)
        images, labels = self.part.gather(stacked)
        return Batch(
            torch.from_numpy(images), torch.from_numpy(labels), torch.from_numpy(stacked[:, 0])
        )


class Drawing(Sampler[Draws]):
    """The draws of an epoch, or of every picture's middle; each rank takes its share of them."""

    def __init__(self, part: PackedPart, *, seed: int | None, rank: int, ranks: int) -> None:
        self.part, self.seed, self.rank, self.ranks = part, seed, rank, ranks
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before each epoch, also of a training taken up again."""
        self.epoch = epoch

    def __len__(self) -> int:
        whole = len(self.part) // self.ranks
        if self.seed is not None:  # ranks must take the same number of steps
            return whole
        return whole + (self.rank < len(self.part) % self.ranks)

    def __iter__(self) -> Iterator[Draws]:
        count, margin = len(self.part), self.part.margin
        if self.seed is None:
            draws = central_draws(count, margin)
        else:
            draws = epoch_draws(count, margin, seed=self.seed, epoch=self.epoch)
        return iter(draws[self.rank :: self.ranks][: len(self)])


class PackedBatches(lightning.LightningDataModule):
    """Training batches of random crops and flips, validation batches of middles.

    batch: pictures a step, of all devices together. workers: processes that read ahead.
    """

    def __init__(
        self, train: PackedPart, val: PackedPart, *, batch: int, seed: int, workers: int = 0
    ) -> None:
        super().__init__()
        self.train, self.val = train, val
        self.batch, self.seed, self.workers = batch, seed, workers

    def train_dataloader(self) -> DataLoader[Batch]:
        return self._loader(self.train, self.seed)

    def val_dataloader(self) -> DataLoader[Batch]:
        return self._loader(self.val, None)

    def _loader(self, part: PackedPart, seed: int | None) -> DataLoader[Batch]:
        trainer = self.trainer
        rank, ranks = (trainer.global_rank, trainer.world_size) if trainer else (0, 1)
        drawing = Drawing(part, seed=seed, rank=rank, ranks=ranks)
        size = max(1, min(self.batch // ranks, len(drawing)))
        return DataLoader(
            DrawnPictures(part),
            batch_size=size,
            sampler=drawing,
            num_workers=self.workers,
            collate_fn=_as_it_is,
            drop_last=seed is not None,
            pin_memory=torch.cuda.is_available(),
        )


def _as_it_is(batch: Any) -> Any:
    return batch
