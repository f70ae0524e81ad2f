"""MEnet's losses against the paper's equations, its mining, its batches and its recipes."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shards import make_data

from foveate.models.session import session_of
from foveate_research.architectures.menet import unit_length
from foveate_research.datasets.attention import read_masks
from foveate_research.training.menet.batches import MaskBatches
from foveate_research.training.menet.losses import (
    cross_entropy,
    hard_pixels,
    metric_loss,
    metric_losses,
    region_means,
)
from foveate_research.training.menet.recipe import CE_PLAIN, LIGHT, MENET, outputs_of
from foveate_research.training.onnx_file import write_onnx
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training


def drawn(seed, salient_count, channels=4, side=5):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(1, channels, side, side, generator=generator, dtype=torch.float64)
    salient = torch.zeros(side * side, dtype=torch.bool)
    salient[torch.randperm(side * side, generator=generator)[:salient_count]] = True
    return features, salient.view(1, side, side)


def equation_2(features, salient):
    """The mean over i of the mean squared distance to its region less that to the other."""
    f = features[0].flatten(1).T
    inside = salient.flatten()
    distances = (f[:, None] - f[None]).square().sum(dim=2)
    same = inside[:, None] == inside[None]
    own = (distances * same).sum(dim=1) / same.sum(dim=1)
    other = (distances * ~same).sum(dim=1) / (~same).sum(dim=1)
    return own - other


def spread(features, region):
    """Mean squared distance of a region's features from their mean."""
    chosen = features[0].flatten(1).T[region.flatten()]
    return (chosen - chosen.mean(dim=0)).square().sum(dim=1).mean()


@given(seed=st.integers(0, 10_000), count=st.integers(1, 24))
@settings(max_examples=30)
def test_equations_2_and_3_differ_by_areas_times_spreads(seed, count):
    features, salient = drawn(seed, count)
    second = equation_2(features, salient).mean()
    third = metric_losses(features, salient).mean()
    outside = ~salient
    areas = int(salient.sum()) - int(outside.sum())
    expected = areas * (spread(features, salient) - spread(features, outside)) / 25
    torch.testing.assert_close(second - third, expected)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 24))
@settings(max_examples=30)
def test_equations_2_and_3_agree_when_as_many_pixels_of_either_region_count(seed, count):
    features, salient = drawn(seed, count)

    def balanced(losses):
        inside = salient.flatten()
        return (losses.flatten()[inside].mean() + losses.flatten()[~inside].mean()) / 2

    torch.testing.assert_close(
        balanced(equation_2(features, salient)), balanced(metric_losses(features, salient))
    )


def test_the_metric_loss_gives_the_authors_gradient_at_chosen_pixels():
    features, salient = drawn(1, 7)
    features.requires_grad_()
    metric_loss(features, salient).backward()
    inside, outside = region_means(features.detach(), salient)
    towards = torch.where(salient[:, None], outside - inside, inside - outside)
    chosen = hard_pixels(metric_losses(features, salient), salient)[:, None]
    torch.testing.assert_close(features.grad, towards * chosen / (4 * 25))


def test_cross_entropy_gives_the_authors_gradient():
    logits = torch.randn(1, 2, 5, 5, requires_grad=True)
    salient = torch.rand(1, 5, 5) > 0.5
    cross_entropy(logits, salient).backward()
    wanted = torch.stack([~salient, salient], dim=1).float()
    expected = (torch.softmax(logits.detach(), dim=1) - wanted) / (2 * 25)
    torch.testing.assert_close(logits.grad, expected)


def test_unit_features_lose_no_less_than_minus_four():
    features = torch.zeros(1, 2, 4, 4)
    salient = torch.zeros(1, 4, 4, dtype=torch.bool)
    salient[:, :2] = True
    features[:, 0] = torch.where(salient, 1.0, -1.0)
    torch.testing.assert_close(
        metric_losses(unit_length(features), salient), torch.full((1, 4, 4), -4.0)
    )


@given(seed=st.integers(0, 10_000), count=st.integers(1, 24))
@settings(max_examples=30)
def test_mining_takes_the_smaller_region_and_the_worst_of_the_larger(seed, count):
    features, salient = drawn(seed, count)
    losses = metric_losses(features, salient)
    chosen = hard_pixels(losses, salient)
    smaller = salient if count <= 12 else ~salient
    assert chosen[smaller].all()
    assert chosen.sum() == 2 * smaller.sum()
    left = losses[~smaller & ~chosen]
    taken = losses[~smaller & chosen]
    assert len(left) == 0 or taken.min() >= left.max()


@pytest.mark.parametrize("value", [False, True])
def test_a_picture_of_one_region_has_no_metric_loss(value):
    features, _ = drawn(3, 5)
    salient = torch.full((1, 5, 5), value)
    assert metric_loss(features, salient) == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


def batches(data, seed=0):
    pictures = read_masks(data / "duts", "train")
    return iter(MaskBatches(pictures, count=4, size=64, progress=lambda number: 0.0, seed=seed))


def test_masks_stay_on_what_they_belong_to(data):
    stream = batches(data)
    for _ in range(4):
        batch = next(stream)
        assert batch.pixels.shape == (4, 3, 64, 64)
        grey = batch.pixels.float().mean(dim=1)
        for picture, salient in zip(grey, batch.salient, strict=True):
            assert picture[salient].mean() > 180
            assert picture[~salient].mean() < 60


def test_the_seed_fixes_the_order(data):
    first, again, other = (next(batches(data, seed)) for seed in (1, 1, 2))
    assert torch.equal(first.pixels, again.pixels)
    assert not torch.equal(first.pixels, other.pixels)


def test_only_the_networks_with_features_learn_by_the_metric():
    assert outputs_of(MENET.options(LIGHT)) == ("probability", "distance", "scales")
    assert outputs_of(CE_PLAIN.options(LIGHT)) == ("probability",)


@pytest.mark.parametrize("name", ["menet", "menet-ce-only", "menet-ce-plain"])
def test_a_training_becomes_a_file_that_runs(name, data, tmp_path):
    request = Request(data=data, minutes=None, steps=1, seed=3)
    recipe = get_recipe(name)
    run_training(recipe, request, tmp_path, command=f"foveate train {name}", progress_bar=False)
    run_time = recipe.run_time(tmp_path / "last.ckpt")
    path = write_onnx(run_time, tmp_path / "network.onnx", card={})
    session = session_of(path.read_bytes(), 1)
    side = run_time.example[0]
    found = session.run(None, {"pixels": np.full((1, 3, side, side), 90, dtype=np.float32)})
    shapes = {"probability": 1, "distance": 1, "scales": 13}
    names = [output.name for output in session.get_outputs()]
    assert [value.shape for value in found] == [(1, shapes[n], side, side) for n in names]
    assert json.loads((tmp_path / "record.json").read_text())["data"][0]["set"] == "duts"
