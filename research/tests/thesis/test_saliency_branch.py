"""A saliency branch for any network, and attention transfer."""

import copy

import pytest
import torch
from torch import nn

from foveate.errors import ModelError
from foveate_research.thesis.attention_transfer import (
    attention,
    listening,
    map_attention,
    map_transfer_loss,
)
from foveate_research.thesis.networks.branch import with_saliency
from foveate_research.thesis.networks.small_resnet import SmallResNet


def resnet(classes=3):
    torch.manual_seed(0)
    return SmallResNet(classes, widths=(4, 4, 8, 8))


@pytest.fixture
def pictures():
    generator = torch.Generator().manual_seed(1)
    return [torch.rand(2, channels, 64, 64, generator=generator) for channels in (3, 1)]


def test_it_changes_nothing_at_first_and_can_learn(pictures):
    backbone = resnet()
    network = with_saliency(backbone, ["stage1", "stage3"], side=64).eval()
    found = network(*pictures)
    with torch.no_grad():
        assert torch.equal(found, backbone(pictures[0]))
    found.sum().backward()
    assert all(gate.grad.abs().sum() > 0 for gate in network.gates)


def test_the_map_counts_once_the_strengths_are_not_zero(pictures):
    network = with_saliency(resnet(), ["stage2"], side=64).eval()
    nn.init.ones_(network.gates[0])
    pixels, saliency = pictures
    with torch.no_grad():
        assert not torch.equal(network(pixels, saliency), network(pixels, saliency.flip(-1)))


def test_stages_are_merged_in_the_order_in_which_they_run(pictures):
    network = with_saliency(resnet(), ["stage4", "stage1"], side=64)
    assert network.merges == ("stage1", "stage4")
    assert network(*pictures).shape == (2, 3)


def test_a_copy_has_a_branch_of_its_own(pictures):
    network = with_saliency(resnet(), ["stage1"], side=64).eval()
    twin = copy.deepcopy(network)
    nn.init.ones_(twin.gates[0])
    with torch.no_grad():
        assert not torch.equal(network(*pictures), twin(*pictures))


def test_the_branch_is_of_the_networks_kind_of_numbers(pictures):
    network = with_saliency(resnet().to(torch.bfloat16), ["stage1", "stage3"], side=64)
    assert {each.dtype for each in network.parameters()} == {torch.bfloat16}
    halves = [each.to(torch.bfloat16) for each in pictures]
    assert network(*halves).dtype == torch.bfloat16


def test_pictures_of_other_sizes_pass(pictures):
    network = with_saliency(resnet(), ["stage1"], side=64)
    assert network(torch.rand(1, 3, 96, 80), torch.rand(1, 1, 24, 20)).shape == (1, 3)


class Again(nn.Module):
    """One layer that runs twice, one that never runs, one that gives no maps."""

    def __init__(self):
        super().__init__()
        self.layer, self.idle, self.flat = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1), nn.Flatten()

    def forward(self, pixels):
        return self.flat(self.layer(self.layer(pixels)))


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ("stage9", "no stage 'stage9': there are layer, idle, flat"),
        ("layer", "layer runs 2 times"),
        ("idle", "idle did not run"),
        ("flat", "flat gives .* not maps of features"),
    ],
)
def test_stages_that_cannot_be_merged_are_told(stage, message):
    with pytest.raises(ModelError, match=message):
        with_saliency(Again(), [stage], side=8)


def test_attention_is_the_normalised_mean_of_squares():
    features = torch.tensor([[[[3.0, 0.0]], [[1.0, 2.0]]]])  # squares' means 5 and 2
    expected = torch.tensor([[5.0, 2.0]]) / 29**0.5
    assert torch.allclose(attention(features), expected)


def test_a_frozen_norm_stays_frozen():
    backbone = resnet().train()
    backbone.norm.eval()
    with_saliency(backbone, ["stage1"], side=64)
    assert backbone.training
    assert not backbone.norm.training


def test_a_network_that_looks_where_the_map_does_loses_nothing():
    saliency = torch.rand(2, 1, 8, 8)
    features = saliency.sqrt().expand(2, 5, 8, 8)
    assert map_transfer_loss([features], [saliency]).item() == pytest.approx(0, abs=1e-9)
    assert map_transfer_loss([features], [saliency.flip(-1)]).item() > 1e-4


def test_the_loss_is_summed_over_layers_and_averaged_over_pictures():
    student, saliency = torch.rand(2, 3, 4, 4), torch.rand(2, 1, 8, 8)
    off = attention(student) - map_attention(saliency, (4, 4))
    one = torch.linalg.norm(off, dim=1).pow(2).mean()
    assert map_transfer_loss([student, student], [saliency] * 2).item() == pytest.approx(
        2 * one.item()
    )


@pytest.mark.parametrize("side", [2, 4, 16])
def test_a_layers_size_does_not_weigh(side):
    student, saliency = torch.zeros(1, 3, side, side), torch.zeros(1, 1, side, side)
    student[..., : side // 2], saliency[..., side // 2 :] = 1, 1  # they look at other halves
    assert map_transfer_loss([student], [saliency]).item() == pytest.approx(2)


def test_unknown_layers_are_told():
    with pytest.raises(ModelError, match="no layer 'stage9'"), listening(resnet(), ["stage9"]):
        pass
