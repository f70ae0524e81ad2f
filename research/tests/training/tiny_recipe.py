"""A recipe of three weights, so that a network's whole life takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset

from foveate_research.training.choices import Choices
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state
from foveate_research.training.timed import TimedTraining


class Shade(nn.Module):
    """A weighted sum of the colours, as a probability."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 1, 1, bias=False)
        nn.init.constant_(self.mix.weight, 1.0)

    def forward(self, pixels: Tensor) -> Tensor:
        return torch.sigmoid(self.mix(pixels / 255))


class ShadeTraining(TimedTraining):
    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        wanted = batch.mean(dim=1, keepdim=True) / 255
        return nn.functional.mse_loss(self.network(batch), wanted)


class Colours(IterableDataset[Tensor]):
    def __iter__(self) -> Iterator[Tensor]:
        generator = torch.Generator().manual_seed(0)
        while True:
            yield torch.rand(2, 3, 8, 8, generator=generator) * 255


def run_time(checkpoint: Path, choices: Choices) -> RunTime:
    network = Shade()
    network.load_state_dict(averaged_state(checkpoint))
    return RunTime(network.eval(), ("mask",), (32, 32), ((1, 32, 64), (2, 64, 32)))


def about(choices: Choices) -> dict[str, Any]:
    return {"architecture": {"family": "one 1x1 convolution"}}


def prepare(request: Request) -> Prepared:
    module = ShadeTraining(Shade(), minutes=request.minutes, steps=request.steps)
    return Prepared(module, Colours(), {"data": []})


RECIPES = (
    Recipe(
        "tiny-shade",
        "brightness, for tests",
        (),
        prepare,
        run_time,
        about,
        read_like="foveate-s-mask",
    ),
    Recipe("tiny-other", "a second one, for tests", (), prepare, run_time, about),
)
