"""The Lightning module of the label networks: which loss, which rates, how they are followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.models.working_size import STRIDE, shorter_side_size
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.models.classes import ClassList
from foveate_research.training.labels.mixing import LabelBatch
from foveate_research.training.timed import TimedTraining, device_of

SHORTEST_SIDE = 224  # as models/networks/msroi.py
RATE = 3e-3
LITE_RATE = 5e-4  # on three times as many features, all of spread 1
MAP_COST = 0.5  # see LabelTraining
TRUNK_RATE = 1e-3  # where the trunk has been taught before
WEIGHT_DECAY = 2e-2
FASTER = 5.0  # the thresholds are single numbers that have far to go

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


class LabelTraining(TimedTraining):
    """`loss` of the network's logits; follows mean average precision on held-out pictures.

    map_cost: what the mean of maps that are not negative adds to the loss. Without it a class that
    only one set labels lights up all over the other set's pictures, where nothing says otherwise.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        *,
        rate: float = RATE,
        map_cost: float = 0.0,
        taught: bool,
        held_out: list[LabelledPicture],
        classes: ClassList,
        **settings: Any,
    ) -> None:
        super().__init__(network, rate=rate, weight_decay=WEIGHT_DECAY, **settings)
        self.loss, self.map_cost, self.taught = loss, map_cost, taught
        self.held_out, self.classes = held_out, classes

    def rate_of(self, name: str) -> float:
        if name.startswith("trunk."):
            return TRUNK_RATE if self.taught else self.rate
        return FASTER * self.rate if name in ("thresholds", "log_scale") else self.rate

    def training_step(self, batch: LabelBatch, batch_idx: int) -> Tensor:
        pixels = batch.pixels.to(memory_format=torch.channels_last).float()
        logits, maps = self.network(pixels)
        loss = self.loss(logits.float(), batch.present, batch.stated)
        if self.map_cost:
            loss = loss + self.map_cost * maps.float().mean()
        self.log("loss", loss.detach(), prog_bar=True, batch_size=len(batch.pixels))
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """The averaged weights on the held-out pictures; one call does all."""
        found = followed(self.average, self.held_out, self.classes)
        found |= {"progress": self.progress(), "minutes": self.elapsed_s / 60}
        self.log_dict(found, batch_size=1)


def followed(
    network: nn.Module, pictures: list[LabelledPicture], classes: ClassList
) -> dict[str, float]:
    """Mean average precision of msrc21's classes, and how often the best of them is shown."""
    present, stated = (
        np.stack(arrays)
        for arrays in zip(
            *(classes.targets("msrc21", picture.labels) for picture in pictures), strict=True
        )
    )
    scores = np.stack([scores_of(network, picture.pixels) for picture in pictures])
    among = np.where(stated > 0, scores, -np.inf).argmax(axis=1)
    return {
        "precision": mean_average_precision(scores, present, stated),
        "best": float(present[np.arange(len(pictures)), among].mean()),
    }


@torch.inference_mode()
def scores_of(network: nn.Module, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(C,) logits of a whole picture at the size that runs."""
    was_training = network.training
    network.eval()
    # a copy: torch does not take read-only arrays
    inputs = torch.tensor(pixels, device=device_of(network)).permute(2, 0, 1)[None].float()
    size = shorter_side_size(*pixels.shape[:2], shortest=SHORTEST_SIDE, stride=STRIDE)
    inputs = functional.interpolate(inputs, size=size, mode="bilinear", antialias=True)
    logits, _ = network(inputs.contiguous(memory_format=torch.channels_last))
    network.train(was_training)
    return np.asarray(logits[0].float().cpu().numpy())


def mean_average_precision(
    scores: npt.NDArray[np.float32],
    present: npt.NDArray[np.float32],
    stated: npt.NDArray[np.float32],
) -> float:
    """Over the classes that some picture shows: the mean precision at each picture with it.

    scores, present, stated: (N, C). Pictures that do not state a class are left out of its list.
    """
    means = []
    for index in range(scores.shape[1]):
        known = stated[:, index] > 0
        order = np.argsort(-scores[known, index], kind="stable")
        hits = present[known, index][order]
        if hits.sum() > 0:
            precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
            means.append(float((precision * hits).sum() / hits.sum()))
    return float(np.mean(means)) if means else 0.0
