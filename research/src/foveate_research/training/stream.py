"""Endless batches that are the same for any number of processes, devices and interruptions.

What goes into a batch is drawn in two stages. Which pictures it holds depends on the seed and on
all that came before, and costs nothing; what is done to them depends on the seed and the batch's
number alone. So every process goes through all choices and makes only the batches that are its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

BatchT = TypeVar("BatchT")


class Pace:
    """How much of a training has passed at a batch, 0 to 1; known in every reading process.

    By steps it depends on the batch's number, by the clock on what `tell` was last told. begun: the
    steps that were done before this run. accumulate: batches a step. rank, ranks: which of how many
    devices. A batch's number counts those of all devices, from the training's first step on.
    """

    def __init__(self, steps: int | None) -> None:
        self.steps = steps
        self.begun = 0
        self.accumulate = 1
        self.rank, self.ranks = 0, 1
        self._clock = torch.zeros(1, dtype=torch.float64).share_memory_()  # type: ignore[no-untyped-call]

    def tell(self, passed: float) -> None:
        """The share of the training's time that has passed."""
        self._clock[0] = passed

    @property
    def first(self) -> int:
        """The number of this run's first batch."""
        return self.begun * self.accumulate * self.ranks

    def __call__(self, number: int) -> float:
        """The share that has passed when batch `number` is used."""
        if self.steps is None:
            return float(self._clock[0])
        return min(1.0, number // (self.accumulate * self.ranks) / self.steps)


class BatchStream(IterableDataset[BatchT]):
    """An endless stream; a subclass says what is chosen and how a batch is made of it.

    progress: the share of the training that has passed at a batch's number, mostly a Pace.
    """

    def __init__(self, *, progress: Callable[[int], float], seed: int) -> None:
        self.progress, self.seed = progress, seed

    @abstractmethod
    def chosen(self, rng: np.random.Generator) -> Iterator[Any]:
        """Endless choices, cheap to go through: which pictures each batch holds."""

    @abstractmethod
    def made(self, chosen: Any, passed: float, rng: np.random.Generator) -> BatchT:
        """The batch of a choice, when `passed` of the training is over."""

    def __iter__(self) -> Iterator[BatchT]:
        info = get_worker_info()
        worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
        pace = self.progress
        first, rank, ranks = 0, 0, 1
        if isinstance(pace, Pace):
            first, rank, ranks = pace.first, pace.rank, pace.ranks
        choices = enumerate(self.chosen(np.random.default_rng(self.seed)))
        for number, chosen in islice(choices, first + rank + ranks * worker, None, ranks * workers):
            rng = np.random.default_rng((self.seed, number))
            yield self.made(chosen, self.progress(number), rng)
