"""Steps and validations make their tensors where the network is, in the trainer's precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from labelled_shards import make_labelled
from second_device import Elsewhere, SecondDevice, moved, moved_batch
from shards import make_data

from foveate_research.architectures.foveate_s import TAILS
from foveate_research.training.choices import Choices
from foveate_research.training.foveate_s.module import predict
from foveate_research.training.recipes import Request, get_recipe

SMALL = {
    "foveate-s": Choices(batch=3),
    "msroi": Choices(batch=4, width=1 / 32),
    "cam-lite": Choices(batch=4),
    "menet": Choices(batch=2, width=1, size=(32, 32)),
    "salnet": Choices(batch=2, width=1 / 64, size=(64, 48)),
    "vgg-trunk": Choices(batch=2, width=1 / 32),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder, val=1)
    make_labelled(folder)
    return folder


def test_the_second_device_is_one():
    away, here = torch.ones(2).as_subclass(Elsewhere), torch.ones(2)
    with pytest.raises(RuntimeError, match="two devices"):
        away + here
    with pytest.raises(TypeError):
        away.numpy()
    with SecondDevice():
        assert (away + torch.ones(2, device=away.device)).cpu().numpy().tolist() == [2, 2]
        with pytest.raises(RuntimeError, match="two devices"):
            away + torch.ones(2)


@pytest.mark.parametrize("name", SMALL)
def test_a_step_and_a_validation_stay_on_the_networks_device(name, data, monkeypatch):
    monkeypatch.setattr("foveate_research.training.foveate_s.module.VALIDATION_PIXELS", 64 * 64)
    request = Request(data=data, minutes=None, steps=1, seed=1, choices=SMALL[name])
    prepared = get_recipe(name).prepare(request)
    batch = moved_batch(next(iter(prepared.batches)))
    module = moved(prepared.module)
    with SecondDevice():
        loss = module.training_step(batch, 0)
    assert isinstance(loss, Elsewhere)
    if prepared.validate_every is not None:
        with SecondDevice(), torch.autocast("cpu", torch.bfloat16, enabled=name == "msroi"):
            module.validation_step(None, 0)


class Rounded(torch.nn.Module):
    """What a network of bf16-mixed gives, without the minutes that a processor takes for it."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, pixels, box):
        mask = torch.nn.functional.avg_pool2d(pixels[:, :1], 4).bfloat16()
        return mask, mask.expand(-1, len(TAILS), -1, -1)


def test_foveate_s_is_followed_in_half_precision():
    pixels = np.arange(64 * 96 * 3, dtype=np.uint8).reshape(64, 96, 3)
    found = predict(Rounded(), pixels)
    assert [part.numpy().dtype for part in found] == [np.float32, np.float32]
