"""A training by the clock or by steps: cosine rates, averaged weights, a cut at any minute."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import nn

from foveate_research.training.stream import Pace

WARM_UP = 0.02  # share of the training in which the rates rise


@dataclass(frozen=True)
class Descent:
    """Stochastic gradient descent whose rate drops at shares of the training, as Caffe had it.

    Biases and norms learn at bias_rate times the rate and do not decay.
    """

    drops: tuple[float, ...]
    factor: float = 0.1
    momentum: float = 0.9
    bias_rate: float = 2.0


class TimedTraining(lightning.LightningModule):
    """Trains `network`; `average` follows it as an exponential moving average and is what ships.

    A subclass gives training_step and, where parts of its network learn at other rates, rate_of.
    minutes or steps: how long; the rates fall along a cosine to zero by then. rate: of AdamW.
    decay: of the averaged weights a step. descent: in place of AdamW and the cosine.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        minutes: float | None,
        steps: int | None,
        rate: float = 2e-3,
        weight_decay: float = 1e-2,
        decay: float = 0.996,
        descent: Descent | None = None,
    ) -> None:
        super().__init__()
        if (minutes is None) == (steps is None):
            raise ValueError("give either minutes or steps")
        self.network = network
        self.average = copy.deepcopy(network).requires_grad_(False)
        self.minutes, self.total_steps = minutes, steps
        self.rate, self.weight_decay, self.decay = rate, weight_decay, decay
        self.descent = descent
        self.elapsed_s = 0.0
        self.pace = Pace(steps)
        self._last_tick: float | None = None
        self._followed = 0

    def rate_of(self, name: str) -> float:
        """The highest rate of the parameter of that name."""
        return self.rate

    def progress(self) -> float:
        """How much of the training has passed, 0 to 1: by the clock or by steps."""
        if self.minutes is not None:
            return min(1.0, self.elapsed_s / (60 * self.minutes))
        assert self.total_steps is not None
        return min(1.0, self.global_step / self.total_steps)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW, or the descent that was asked for; biases and norms do not decay."""
        groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            if parameter.requires_grad:
                key = self.rate_of(name), parameter.ndim > 1
                groups.setdefault(key, []).append(parameter)
        settings = [
            {
                "params": parameters,
                "lr": base * self._share_of(decays=decays),
                "base": base * self._share_of(decays=decays),
                "weight_decay": self.weight_decay if decays else 0.0,
            }
            for (base, decays), parameters in groups.items()
        ]
        if self.descent is not None:
            return torch.optim.SGD(settings, lr=self.rate, momentum=self.descent.momentum)
        return torch.optim.AdamW(settings, lr=self.rate)

    def _share_of(self, *, decays: bool) -> float:
        """The share of its rate that a kind of parameter learns at."""
        return 1.0 if decays or self.descent is None else self.descent.bias_rate

    def rate_factor(self, passed: float) -> float:
        """What the rates are multiplied by when this share of the training has passed."""
        if self.descent is not None:
            return self.descent.factor ** sum(passed >= drop for drop in self.descent.drops)
        return 0.5 * (1 + math.cos(math.pi * passed)) * min(1.0, (passed + 1e-3) / WARM_UP)

    def on_fit_start(self) -> None:
        """Called after a checkpoint was loaded and before the first batch is made."""
        self.pace.accumulate = self.trainer.accumulate_grad_batches
        self.pace.rank, self.pace.ranks = self.trainer.global_rank, self.trainer.world_size
        self.pace.tell(self.progress())

    def on_train_start(self) -> None:
        self._last_tick = time.monotonic()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        factor = self.rate_factor(self.progress())
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = group["base"] * factor

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        if self.global_step != self._followed:  # not between the batches of one step
            young = (1 + self.global_step) / (10 + self.global_step)
            follow(self.average, self.network, min(self.decay, young))
            self._followed = self.global_step
        now = time.monotonic()
        if self._last_tick is not None:
            self.elapsed_s += now - self._last_tick
        self._last_tick = now
        if self.trainer.world_size > 1:  # all devices must end at the same step
            self.elapsed_s = self.trainer.strategy.broadcast(self.elapsed_s)
        self.pace.tell(self.progress())
        if self.progress() >= 1.0:
            self.trainer.should_stop = True

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["elapsed_s"] = self.elapsed_s

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.elapsed_s = checkpoint["elapsed_s"]
        self.pace.begun = self._followed = checkpoint["global_step"]


def device_of(network: nn.Module) -> torch.device:
    """Where a network is: tensors for it are made there."""
    return next(network.parameters()).device


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights and statistics towards the network's."""
    theirs = network.state_dict()
    for name, mine in average.state_dict().items():
        if mine.is_floating_point():
            mine.lerp_(theirs[name], 1 - decay)
        else:
            mine.copy_(theirs[name])
