"""Batches are the same for any number of reading processes, devices and interruptions."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch
from shards import make_data
from torch.utils.data import DataLoader

from foveate_research.datasets.attention import read_masks
from foveate_research.training.menet.batches import MaskBatches
from foveate_research.training.stream import BatchStream, Pace


class Draws(BatchStream[float]):
    """A number that says all that a batch may depend on."""

    def chosen(self, rng):
        total = 0
        while True:
            total += int(rng.integers(1000))
            yield total

    def made(self, chosen, passed, rng):
        return chosen + passed + rng.random() / 1000


def pace(**facts):
    found = Pace(steps=10)
    for name, value in facts.items():
        setattr(found, name, value)
    return found


def first(count, **facts):
    return list(islice(Draws(progress=pace(**facts), seed=3), count))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_reading_processes_change_no_batch(tmp_path, workers):
    make_data(tmp_path)
    pictures = read_masks(tmp_path / "duts", "train")
    stream = MaskBatches(pictures, count=2, size=32, progress=Pace(steps=9), seed=1)
    alone = list(islice(stream, 5))
    loader = DataLoader(stream, batch_size=None, num_workers=workers)
    for mine, theirs in zip(alone, islice(loader, 5), strict=False):
        assert torch.equal(mine.pixels, theirs.pixels)
        assert torch.equal(mine.salient, theirs.salient)


def test_a_training_that_was_cut_goes_on_with_the_batch_that_comes_next():
    whole = first(6)
    assert first(4, begun=2) == whole[2:]
    halves = first(8, accumulate=2)
    assert first(4, begun=2, accumulate=2) == halves[4:]


def test_devices_share_the_batches_of_a_step():
    ranks = [first(3, rank=rank, ranks=2) for rank in range(2)]
    both = [draw for pair in zip(*ranks, strict=True) for draw in pair]
    assert len(set(both)) == 6
    assert np.floor(both).tolist() == np.floor(first(6)).tolist()
    shares = [draw - np.floor(draw) for draw in both]
    assert [round(share, 1) for share in shares] == [0, 0, 0.1, 0.1, 0.2, 0.2]


def test_the_clock_is_told_to_reading_processes():
    timed = Pace(steps=None)
    timed.tell(0.25)
    assert timed(7) == 0.25


def test_another_seed_gives_other_batches():
    assert next(iter(Draws(progress=pace(), seed=4))) != next(iter(Draws(progress=pace(), seed=3)))
