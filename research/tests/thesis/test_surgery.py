"""Giving a trained network the map."""

from dataclasses import replace

import pytest
import torch

from foveate.errors import ModelError
from foveate_research.thesis.networks.alexnet import AlexNet, AlexNetOptions
from foveate_research.thesis.networks.surgery import transplant
from foveate_research.thesis.networks.ways import gated, get_way

OPTIONS = AlexNetOptions(classes=3, hidden=16)


@pytest.fixture(scope="module")
def trained():
    torch.manual_seed(1)
    network = AlexNet(OPTIONS)
    for norm in (network.tower["norm1"], network.tower["norm2"]):
        torch.nn.init.uniform_(norm.running_mean)
    return network.eval()


@pytest.fixture(scope="module")
def pictures():
    generator = torch.Generator().manual_seed(2)
    return [torch.rand(2, channels, 128, 128, generator=generator) for channels in (3, 1)]


def widened(trained, way, new):
    torch.manual_seed(3)
    network = AlexNet(replace(OPTIONS, way=way)).eval()
    changed = transplant(network, trained.state_dict(), new=new)
    return network, changed


@pytest.mark.parametrize("name", ["rgbs", "rgb-1s2s", "rgbs-1s2s", "rgb"])
def test_with_zeros_a_network_starts_as_good_as_it_was(trained, pictures, name):
    network, _ = widened(trained, get_way(name), "zero")
    with torch.no_grad():
        assert torch.allclose(network(*pictures), trained(*pictures), atol=1e-5)


@pytest.mark.parametrize("name", ["fan-in1", "fan-in2", "fan-in@pool1-conv4"])
def test_a_branch_that_starts_at_zero_changes_nothing_and_learns(trained, pictures, name):
    network, changed = widened(trained, gated(get_way(name)), "zero")
    found = network(*pictures)
    with torch.no_grad():
        assert torch.allclose(found, trained(*pictures), atol=1e-5)
    found.square().sum().backward()
    assert all(gate.grad.abs().sum() > 0 for gate in network.gates.values())
    assert all(name.startswith(("branch.", "gates.")) for name in changed)


def test_new_weights_lie_in_0_to_1_and_trained_ones_are_kept(trained):
    network, changed = widened(trained, get_way("rgbs-1s2s"), "uniform")
    weight = network.tower["conv1"].weight
    assert torch.equal(weight[:, :3], trained.tower["conv1"].weight)
    assert 0 <= weight[:, 3].min() < 0.1 < 0.9 < weight[:, 3].max() <= 1
    norm = network.tower["norm1"]
    assert 0 <= norm.weight[96] < 1
    assert norm.weight[96] != 1
    assert norm.running_mean[96] == 0
    assert "tower.conv3.weight" in changed
    assert "fc1.weight" not in changed


def test_multiplied_maps_need_no_new_weights(trained):
    assert widened(trained, get_way("rgbxs-1xs2xs"), "uniform")[1] == []


def test_networks_that_do_not_fit_are_refused(trained):
    with pytest.raises(ModelError, match="conv2"):
        widened(trained, get_way("fan-in3"), "zero")
    other = AlexNet(replace(OPTIONS, classes=2))
    with pytest.raises(ModelError, match="fc3"):
        transplant(other, trained.state_dict(), new="zero")
