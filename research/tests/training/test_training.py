"""`foveate train` on a few generated pictures: batches, resuming, validation, the record."""

import json

import numpy as np
import pytest
import torch
import typer
from shards import make_data
from typer.testing import CliRunner

from foveate.errors import DatasetError, OptionError
from foveate_research.architectures.foveate_s import TAILS, FoveateS
from foveate_research.cli.train import train
from foveate_research.datasets.attention import read_fixations
from foveate_research.training.foveate_s.losses import (
    correlation_loss,
    divergence,
    gaze_loss,
    mask_loss,
)
from foveate_research.training.foveate_s.mixing import MixedBatches, load_training_data, tail_of
from foveate_research.training.foveate_s.module import FoveateSTraining, validate
from foveate_research.training.foveate_s.recipe import load_average, validation_pictures
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


def run(data, out, steps):
    request = Request(data=data, minutes=None, steps=steps, seed=5)
    recipe = get_recipe("foveate-s")
    return run_training(recipe, request, out, command="foveate train foveate-s", progress_bar=False)


def test_a_training_goes_on_from_its_checkpoint(data, tmp_path):
    first = torch.load(run(data, tmp_path, 1), weights_only=False)
    assert first["global_step"] == 1
    second = torch.load(run(data, tmp_path, 2), weights_only=False)
    assert second["global_step"] == 2
    assert second["elapsed_s"] > first["elapsed_s"]
    name = "network.mask_score.weight"
    assert not torch.equal(first["state_dict"][name], second["state_dict"][name])
    frozen = "network.trunk.stem.weight"
    assert torch.equal(first["state_dict"][frozen], second["state_dict"][frozen])
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["steps"] == 2
    assert [facts["count"] for facts in record["data"]] == [6, 6, 6, 6]
    assert isinstance(load_average(tmp_path / "last.ckpt"), FoveateS)


def batches(data, progress=0.0, seed=0):
    return iter(
        MixedBatches(
            load_training_data(Request(data, None, 1, 1))[0],
            counts=(4, 2, 2),
            progress=lambda number: progress,
            seed=seed,
        )
    )


@pytest.mark.parametrize("progress", [0.0, 0.9])
def test_fixations_and_masks_stay_on_what_they_belong_to(data, progress):
    stream = batches(data, progress)
    for _ in range(6):
        batch = next(stream)
        grey = batch.pixels.float().mean(dim=1, keepdim=True)
        small = torch.nn.functional.avg_pool2d(grey, 4)
        answers = torch.cat([batch.seen, batch.mask])
        for picture, answer in zip(small, answers, strict=True):
            if answer.max() == 0:  # a crop beside the object
                continue
            inside = picture[answer > 0.5 * answer.max()].mean()
            assert inside > picture.mean() + 2 * (picture.mean() - picture.min())


def test_a_batch_has_one_shape_and_says_where_each_crop_lies(data):
    batch = next(batches(data))
    assert batch.pixels.dtype == torch.uint8
    assert batch.pixels.shape[0] == 8
    assert batch.seen.shape[-2:] == tuple(side // 4 for side in batch.pixels.shape[-2:])
    assert ((batch.box >= -1e-6) & (batch.box <= 1 + 1e-6)).all()
    assert (batch.box[:, 2:] > batch.box[:, :2]).all()
    assert batch.tail[4:].tolist() == [TAILS.index("gaze-scenes")] * 2


def test_the_same_seed_gives_the_same_batches(data):
    first, again = next(batches(data, seed=7)), next(batches(data, seed=7))
    assert torch.equal(first.pixels, again.pixels)
    assert torch.equal(first.seen, again.seen)


@pytest.mark.parametrize(
    ("key", "tail"), [("1002", "osie"), ("crowd-012", "crowd"), ("scene-3", "scene")]
)
def test_every_set_has_its_own_tail(key, tail):
    assert tail_of(key) == TAILS.index(tail)


def test_validation_measures_each_kind_of_answer(data):
    network = FoveateS()
    found = validate(network, validation_pictures(data))
    assert set(found) == {
        "gaze-more/crowd/nss",
        "gaze-more/scene/nss",
        "gaze-scenes/general/cc",
        "gaze-scenes/gaze-scenes/cc",
        "duts/mae",
        "duts/iou",
    }
    assert all(np.isfinite(value) for value in found.values())
    assert network.training


def test_the_rates_fall_to_zero_by_the_last_step():
    module = FoveateSTraining(FoveateS(), minutes=None, steps=100)
    assert module.progress() == 0
    timed = FoveateSTraining(FoveateS(), minutes=2, steps=None)
    timed.elapsed_s = 60
    assert timed.progress() == pytest.approx(0.5)
    timed.elapsed_s = 600
    assert timed.progress() == 1


def test_the_losses_are_least_for_the_answer_itself():
    generator = torch.Generator().manual_seed(0)
    seen = torch.rand(3, 12, 16, generator=generator) + 0.05
    assert divergence(seen.log(), seen) == pytest.approx(torch.zeros(3).numpy(), abs=1e-5)
    assert correlation_loss(seen.log(), seen) == pytest.approx(torch.zeros(3).numpy(), abs=1e-5)
    wrong = torch.rand(3, 12, 16, generator=generator)
    points = torch.tensor([False, False, False])
    assert gaze_loss(wrong, seen[:, None], points) > gaze_loss(seen.log(), seen[:, None], points)
    mask = (seen > 0.5).float()[:, None]
    assert mask_loss(20 * mask - 10, mask) < 0.01
    assert mask_loss(10 - 20 * mask, mask) > 1


def test_a_folder_without_the_sets_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"osie holds no train-\*\.tar"):
        run(tmp_path, tmp_path / "out", 1)


def test_a_sample_without_its_answer_is_named(data, tmp_path):
    (tmp_path / "osie").mkdir()
    shard = (data / "duts" / "train-000000.tar").read_bytes()
    (tmp_path / "osie" / "train-000000.tar").write_bytes(shard)
    with pytest.raises(DatasetError, match=r"sample duts-0 has no \.fix\.npy"):
        read_fixations(tmp_path / "osie", "train")


def command(*arguments):
    app = typer.Typer()
    app.command()(train)
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["resnet", "--data", ".", "--out", ".", "--steps", "1"], OptionError),
        (["foveate-s", "--data", ".", "--out", "."], OptionError),
        (["foveate-s", "--data", ".", "--out", ".", "--steps", "1", "--minutes", "1"], OptionError),
        (["foveate-s", "--data", ".", "--out", ".", "--steps", "0"], OptionError),
    ],
)
def test_the_command_refuses_what_it_cannot_do(arguments, error):
    assert isinstance(command(*arguments).exception, error)
