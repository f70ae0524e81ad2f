"""What is done otherwise in an experiment reaches the network: its first step, done by hand."""

import json
import math
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch.nn import functional

from foveate.errors import OptionError
from foveate_research.thesis.attention_transfer import BETA, listening, map_transfer_loss
from foveate_research.thesis.batches import Batch, as_floats
from foveate_research.thesis.module import DECAY, RATE, Classifying
from foveate_research.thesis.names import parse_experiment
from foveate_research.thesis.networks.build import attention_layers, build_network, covered
from foveate_research.thesis.pack import Pack
from foveate_research.thesis.reading import MAPS, epoch_draws, open_part
from foveate_research.thesis.run import Settings
from foveate_research.thesis.study import done_trainings, run_study
from tiny_packs import a_pack

SEED = 1
PICTURES = 12
ONE_STEP = Settings(epochs=1, batch=PICTURES, hidden=16)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return a_pack(tmp_path_factory.mktemp("treated"), train=4, val=1)


class Trained(NamedTuple):
    """What a study wrote of one network: its record, and its state by name of network."""

    record: dict[str, Any]
    states: dict[str, dict[str, torch.Tensor]]


def one_step(name, pack: Pack, folder) -> Trained:
    run_study([parse_experiment(name)], pack, folder, seeds=[SEED], settings=ONE_STEP)
    records = {record["experiment"]: record for record in done_trainings(folder)}
    states = {
        done: torch.load(folder / done / f"seed-{SEED}" / "network.pt", weights_only=True)
        for done in records
    }
    return Trained(records[name], states)


def first_batch(pack, maps="own"):
    """The first step's pictures with their maps (12, 128, 128, 4), and labels."""
    part = open_part(pack, "train", maps=maps)
    images, labels = part.gather(epoch_draws(len(part), part.margin, seed=SEED, epoch=0))
    return torch.from_numpy(images), torch.from_numpy(labels)


def first_network(name):
    torch.manual_seed(SEED)
    network = build_network(parse_experiment(name), side=128, classes=3, hidden=16)
    return network.train()


def loss_of(network, images, labels, mean=(0.0,) * 4):
    return functional.cross_entropy(network(*as_floats(images, torch.tensor(mean))), labels).item()


@pytest.mark.parametrize("maps", [maps for maps in MAPS if maps != "own"])
def test_the_first_step_sees_the_maps_that_the_name_tells(pack, tmp_path, maps):
    trained = one_step(f"rgbs+{maps}", pack, tmp_path)
    losses = {each: loss_of(first_network("rgbs"), *first_batch(pack, each)) for each in MAPS}
    found = trained.record["history"][0]["train_loss"]
    assert found == pytest.approx(losses[maps], rel=1e-5)
    others = [loss for each, loss in losses.items() if each != maps]
    assert all(found != pytest.approx(loss, rel=1e-4) for loss in others)


def test_another_pictures_map_is_what_other_gives(pack):
    images, _ = first_batch(pack, "other")
    own, _ = first_batch(pack)
    assert torch.equal(images[..., :3], own[..., :3])
    assert not any(
        np.array_equal(image[..., 3], mine[..., 3]) for image, mine in zip(images, own, strict=True)
    )


def test_means_are_subtracted_in_the_first_step(pack, tmp_path):
    found = one_step("rgb+mean", pack, tmp_path).record["history"][0]["train_loss"]
    batch = first_batch(pack)
    assert found == pytest.approx(loss_of(first_network("rgb"), *batch, pack.mean), rel=1e-5)
    assert found != pytest.approx(loss_of(first_network("rgb"), *batch), rel=1e-4)


@pytest.mark.parametrize("name", ["rgbs+zero", "fan-in1+zero"])
def test_what_starts_at_zero_starts_as_the_trained_network(pack, tmp_path, name):
    trained = one_step(name, pack, tmp_path)
    before = first_network("rgb")
    before.load_state_dict(trained.states["rgb"])
    found = trained.record["history"][0]["train_loss"]
    assert found == pytest.approx(loss_of(before, *first_batch(pack)), rel=1e-4)


def test_what_is_tuned_starts_with_the_trained_weights(pack, tmp_path):
    trained = one_step("rgbs+tuned", pack, tmp_path)
    weights = [trained.states[name]["tower.conv1.weight"] for name in ("rgb", "rgbs+tuned")]
    step = (weights[1][:, :3] - weights[0]).abs().max()
    assert step < 0.1 * weights[0].abs().max()
    assert weights[1][:, 3].min() > -0.1
    assert weights[1][:, 3].mean() == pytest.approx(0.5, abs=0.1)


def taught_loss(network, batch):
    """Cross-entropy, and what attention transfer adds to it."""
    layers = attention_layers(network)
    pixels, saliency = as_floats(batch[0], torch.zeros(4))
    with listening(network, layers) as heard:
        loss = functional.cross_entropy(network(pixels, saliency), batch[1])
    return loss, BETA * map_transfer_loss(
        [heard[name] for name in layers], covered(saliency, network, layers)
    )


def test_a_layer_is_taught_the_part_of_the_map_that_lies_under_it():
    saliency = torch.zeros(1, 1, 128, 128)
    saliency[..., 33:41, 33:41] = 1  # within the first of pool2's four positions
    network = build_network(parse_experiment("rgb+attention"), side=128, classes=3)
    maps = covered(saliency, network, attention_layers(network))
    for under, side in zip(maps, (14, 4, 4), strict=True):
        wanted = functional.adaptive_avg_pool2d(under, side)[0, 0]
        assert wanted.sum() > 0
        if side == 4:
            assert wanted.nonzero().tolist() == [[0, 0]]


def test_a_taught_networks_loss_is_cross_entropy_and_the_transfer(pack):
    images, labels = first_batch(pack)
    network = first_network("rgb")
    module = Classifying(network, val_count=3, taught=attention_layers(network))
    batch = Batch(images, labels, torch.arange(PICTURES))
    with pytest.warns(UserWarning, match=r"self\.trainer"):
        found = module.training_step(batch, 0).item()
    plain, added = taught_loss(first_network("rgb"), (images, labels))
    assert added.item() > 0.01
    assert found - plain.item() == pytest.approx(added.item(), rel=1e-3)


def test_the_first_step_is_taken_down_the_taught_loss(pack, tmp_path):
    state = one_step("rgb+attention", pack, tmp_path).states["rgb+attention"]
    network = first_network("rgb")
    plain, added = taught_loss(network, first_batch(pack))
    weight = network.tower["conv1"].weight
    slopes = [torch.autograd.grad(part, weight, retain_graph=True)[0] for part in (plain, added)]
    step = RATE * (sum(slopes) + DECAY * weight)
    taken = weight - state["tower.conv1.weight"]
    assert torch.linalg.norm(RATE * slopes[1]) > 0.05 * torch.linalg.norm(taken)
    assert torch.linalg.norm(taken - step) < 0.01 * torch.linalg.norm(taken)


def test_a_taught_network_learns_its_classes_too(pack, tmp_path):
    settings = Settings(epochs=20, batch=PICTURES, hidden=64)
    run_study([parse_experiment("rgb+attention")], pack, tmp_path, seeds=[SEED], settings=settings)
    losses = [entry["train_loss"] for entry in done_trainings(tmp_path)[0]["history"]]
    assert max(losses) < 2 * math.log(3)  # the transfer never drowns cross-entropy
    assert losses[-1] < 0.4 * math.log(3)


@pytest.mark.parametrize("name", ["fan-in1+constant", "fan-in3+constant"])
def test_a_constant_map_leaves_the_network_able_to_learn(pack, name):
    batch = first_batch(pack, maps="constant")
    slopes = []
    for network in (first_network(name), first_network("rgb")):
        pixels, saliency = as_floats(batch[0], torch.zeros(4))
        functional.cross_entropy(network(pixels, saliency), batch[1]).backward()
        slopes.append(network.tower["conv1"].weight.grad.norm())
    assert slopes[0] > 0.1 * slopes[1]


@pytest.mark.parametrize(("name", "about"), [("fan-in3", 0), ("fan-in3+ones", 1)])
def test_a_branchs_norms_begin_about_0_or_1(pack, name, about):
    images, _ = first_batch(pack)[:2]
    network = first_network(name)
    factors = []
    network.branch["norm1"].register_forward_hook(lambda _, inputs, output: factors.append(output))
    network(*as_floats(images, torch.zeros(4)))
    assert factors[0].mean(dim=(0, 2, 3)).detach().numpy() == pytest.approx(about, abs=1e-4)


def test_how_its_branch_begins_is_all_that_ones_changes():
    states = [first_network(name).state_dict() for name in ("fan-in1", "fan-in1+ones")]
    changed = {name for name, values in states[0].items() if not values.equal(states[1][name])}
    assert changed == {"branch.norm1.bias", "branch.norm2.bias"}


@pytest.mark.parametrize("name", ["fan-in1+constant", "fan-in3+constant"])
def test_a_constant_comes_out_of_the_branch_as_it_did_in_training(pack, name):
    images, labels = first_batch(pack, maps="constant")[:2]
    network = first_network(name)
    pixels, saliency = as_floats(images, torch.zeros(4))
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    for _ in range(3):  # running statistics would lag behind these steps
        optimizer.zero_grad()
        functional.cross_entropy(network(pixels, saliency), labels).backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        measured = network(pixels, saliency)
        network.branch.train()
        trained = network(pixels, saliency)
    assert measured.numpy() == pytest.approx(trained.numpy(), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", ["rgb+attention", "fan-in1+constant"])
def test_a_training_done_otherwise_is_not_taken_for_this_one(pack, tmp_path, name):
    one_step(name, pack, tmp_path)
    stated = tmp_path / name / f"seed-{SEED}" / "settings.json"
    older = json.loads(stated.read_text())
    del older["attention_weight" if "attention" in name else "branch_shift"]
    stated.write_text(json.dumps(older))
    with pytest.raises(OptionError, match="another"):
        one_step(name, pack, tmp_path)
