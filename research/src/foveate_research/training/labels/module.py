"""The Lightning module of the label networks: which loss, which rates, how they are followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.models.working_size import STRIDE, shorter_side_size
from foveate_research.architectures.msroi import LabelHeads, over_surroundings
from foveate_research.architectures.msroi_released import MSROIReleased
from foveate_research.models.classes import ClassList
from foveate_research.training.labels.features import FeatureBatch
from foveate_research.training.labels.mixing import LabelBatch
from foveate_research.training.labels.places import PlaceTargets, place_loss, place_targets
from foveate_research.training.timed import TimedTraining, device_of

SHORTEST_SIDE = 224  # as models/readings/msroi.py
RATE = 3e-3
LITE_RATE = 3e-3
MAP_COST = 0.5  # see LabelTraining
TRUNK_RATE = 1e-3  # where the trunk has been taught before
WEIGHT_DECAY = 2e-2
FASTER = 5.0  # the thresholds are single numbers that have far to go

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


class HeldOut(NamedTuple):
    """A picture that follows a training: its set, its labels, and either its pixels (H, W, 3)
    uint8 or what a frozen trunk makes of them, (K, h, w) float16."""

    set_name: str
    labels: tuple[str, ...]
    seen: npt.NDArray[np.uint8] | npt.NDArray[np.float16]


class LabelTraining(TimedTraining):
    """`loss` of the network's logits; follows mean average precision on held-out pictures.

    Batches are of pixels, or of what a frozen trunk has made of them. map_cost: what the mean of
    maps that are not negative adds to the loss. Without it a class that only one set labels lights
    up all over the other sets' pictures, where nothing says otherwise. teacher: a trained network
    of the same kind, whose maps say place by place where the classes of each picture are;
    `place_loss` is added.
    """

    things: Tensor

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        *,
        rate: float = RATE,
        map_cost: float = 0.0,
        teacher: LabelHeads | None = None,
        taught: bool,
        held_out: list[HeldOut],
        classes: ClassList,
        **settings: Any,
    ) -> None:
        super().__init__(network, rate=rate, weight_decay=WEIGHT_DECAY, **settings)
        self.loss, self.map_cost, self.taught = loss, map_cost, taught
        self._teacher = (teacher,)  # in a tuple, which keeps it out of checkpoints
        self.held_out, self.classes = held_out, classes
        things = torch.tensor(classes.things, dtype=torch.float32)
        self.register_buffer("things", things, persistent=False)

    def rate_of(self, name: str) -> float:
        if name.startswith("trunk."):
            return TRUNK_RATE if self.taught else self.rate
        return FASTER * self.rate if name in ("thresholds", "log_scale") else self.rate

    def training_step(self, batch: LabelBatch | FeatureBatch, batch_idx: int) -> Tensor:
        logits, maps = of_batch(self.network, batch)
        loss = self.loss(logits.float(), batch.present, batch.stated)
        if self.map_cost:
            loss = loss + self.map_cost * maps.float().mean()
        targets = self.targets_of(batch)
        if targets is not None:
            assert isinstance(self.network, LabelHeads)
            places = self.network.of_places(maps).float()
            loss = loss + place_loss(places, targets, batch.present, batch.stated)
        self.log("loss", loss.detach(), prog_bar=True, batch_size=len(batch.present))
        return loss

    @torch.no_grad()
    def targets_of(self, batch: LabelBatch | FeatureBatch) -> PlaceTargets | None:
        """Where the teacher, as it runs, shows the classes of a batch's pictures."""
        (teacher,) = self._teacher
        if teacher is None:
            return None
        _, maps = of_batch(teacher.to(self.device).eval(), batch)
        maps = over_surroundings(maps.float(), self.things, teacher.options.surroundings)
        return place_targets(functional.relu(maps), batch.present, batch.stated)

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """The averaged weights on the held-out pictures; one call does all."""
        found = followed(self.average, self.held_out, self.classes)
        found |= {"progress": self.progress(), "minutes": self.elapsed_s / 60}
        self.log_dict(found, batch_size=1)


def followed(network: nn.Module, pictures: list[HeldOut], classes: ClassList) -> dict[str, float]:
    """By set, mean average precision over the classes that it shows, and how often the best class
    of those that it labels is there."""
    found = {}
    for name in dict.fromkeys(picture.set_name for picture in pictures):
        group = [picture for picture in pictures if picture.set_name == name]
        told = [classes.targets(name, picture.labels) for picture in group]
        present, stated = (np.stack(arrays) for arrays in zip(*told, strict=True))
        scores = np.stack([scores_of(network, picture.seen) for picture in group])
        among = np.where(stated > 0, scores, -np.inf).argmax(axis=1)
        found[f"{name}_precision"] = mean_average_precision(scores, present, stated)
        found[f"{name}_best"] = float(present[np.arange(len(group)), among].mean())
    return found


def of_batch(network: nn.Module, batch: LabelBatch | FeatureBatch) -> tuple[Tensor, Tensor]:
    """Logits and maps of a batch's pixels, or of the features that stand for them."""
    if isinstance(batch, FeatureBatch):
        return of_seen(network, batch.features)
    found: tuple[Tensor, Tensor] = network(
        batch.pixels.to(memory_format=torch.channels_last).float()
    )
    return found


def of_seen(network: nn.Module, features: Tensor) -> tuple[Tensor, Tensor]:
    """Logits and maps of what a frozen trunk makes of pictures."""
    assert isinstance(network, (LabelHeads, MSROIReleased))
    return network.of_features(network.trunk.normed(features))


@torch.inference_mode()
def scores_of(
    network: nn.Module, seen: npt.NDArray[np.uint8] | npt.NDArray[np.float16]
) -> npt.NDArray[np.float32]:
    """(C,) logits of a whole picture at the size that runs, or of its features."""
    was_training = network.training
    network.eval()
    device = device_of(network)
    # copies: torch does not take read-only arrays
    if seen.dtype == np.float16:
        logits, _ = of_seen(network, torch.tensor(seen.astype(np.float32), device=device)[None])
    else:
        inputs = torch.tensor(seen, device=device).permute(2, 0, 1)[None].float()
        size = shorter_side_size(*seen.shape[:2], shortest=SHORTEST_SIDE, stride=STRIDE)
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
