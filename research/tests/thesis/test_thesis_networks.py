"""Every layer size and parameter count of the thesis, and what fits neither it nor arithmetic."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.errors import OptionError
from foveate_research.thesis.networks.alexnet import (
    AlexNet,
    AlexNetOptions,
    covered_after,
    side_after,
)
from foveate_research.thesis.networks.counts import count_parameters, without_memory
from foveate_research.thesis.networks.ways import STAGES, WAYS, gated, get_way

TABLE_32 = {
    "conv1": (96, 30, 30),
    "norm1": (96, 30, 30),
    "pool1": (96, 14, 14),
    "conv2": (256, 10, 10),
    "norm2": (256, 10, 10),
    "pool2": (256, 4, 4),
    "conv3": (384, 4, 4),
    "conv4": (384, 4, 4),
    "conv5": (256, 4, 4),
    "pool5": (256, 1, 1),  # printed 384 x 1 x 1: conv5 has 256 maps, and pooling adds none
    "fc1": (4096,),
    "fc2": (4096,),
    "fc3": (1000,),
}
WEIGHTS = {
    "conv1": 34_848,
    "conv2": 614_400,
    "conv3": 884_736,
    "conv4": 1_327_104,
    "conv5": 884_736,
    "fc2": 16_777_216,
    "fc3": 4_096_000,
}


def options(way="rgb", side=128, **others):
    return AlexNetOptions(side=side, way=get_way(way), **others)


def layer_shapes(options: AlexNetOptions) -> dict[str, tuple[int, ...]]:
    """(channels, height, width) after each layer of the tower, (features,) after the dense ones."""
    network = without_memory(options).eval()
    found: dict[str, tuple[int, ...]] = {}

    def note(name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            found[name] = tuple(output.shape[1:])

        return hook

    for name, module in network.named_modules():
        if name and not isinstance(module, nn.ModuleDict | nn.ParameterDict):
            module.register_forward_hook(note(name.removeprefix("tower.")))
    side = options.side
    with torch.no_grad():
        network(*(torch.empty(1, channels, side, side, device="meta") for channels in (3, 1)))
    return found


def sides(way="rgb", side=128, **others):
    shapes = layer_shapes(options(way, side, **others))
    return {name: shape[1] for name, shape in shapes.items() if len(shape) == 3}


def test_table_3_2_at_128():
    assert layer_shapes(options()) == TABLE_32


def test_sizes_at_227():
    found = sides(side=227)
    assert [found[name] for name in ("conv1", "pool1", "conv2", "pool2")] == [55, 27, 23, 11]
    assert [found[name] for name in ("conv3", "conv4", "conv5", "pool5")] == [11, 11, 11, 5]


@pytest.mark.parametrize(
    ("side", "expected"), [(128, [30, 14, 14, 6, 6, 2]), (227, [55, 27, 27, 13, 13, 6])]
)
def test_the_padded_conv2_does_not_fit_table_3_2(side, expected):
    found = sides(side=side, padded=True)
    names = ("conv1", "pool1", "conv2", "pool2", "conv5", "pool5")
    assert [found[name] for name in names] == expected


@pytest.mark.parametrize(("side", "expected"), [(128, [30, 14, 14, 6]), (227, [55, 27, 27, 13])])
def test_sizes_without_conv2(side, expected):
    found = sides("fan-in3", side)
    assert "conv2" not in found
    assert [found[name] for name in ("conv1", "pool1", "conv3", "pool5")] == expected


@pytest.mark.parametrize("way", ["rgb", "fan-in1", "fan-in2", "fan-in3", "no-conv2"])
@pytest.mark.parametrize("side", [128, 227])
@pytest.mark.parametrize("padded", [False, True])
def test_stated_sizes_are_the_ones_computed(way, side, padded):
    found = sides(way, side, padded=padded)
    asked = options(way, side, padded=padded)
    assert all(side_after(asked, name) == size for name, size in found.items() if "." not in name)


@pytest.mark.parametrize(
    ("way", "side", "padded"),
    [("rgb", 128, False), ("rgb", 128, True), ("rgb", 227, False)],
)
@pytest.mark.parametrize("stage", ["conv1", "pool1", "conv2", "pool2"])
def test_a_position_covers_the_middle_of_what_it_sees(way, side, padded, stage):
    asked = options(way, side, padded=padded)
    tower = AlexNet(asked).tower
    count = side_after(asked, stage)
    place = count // 2  # what it sees does not reach over the border
    pixels = torch.rand(1, 3, side, side, requires_grad=True)
    features = pixels
    for name, layer in tower.items():
        if name.startswith("pool"):
            features = functional.avg_pool2d(features, layer.kernel_size, layer.stride)
        elif name.startswith("conv"):
            features = functional.conv2d(
                features, layer.weight.abs(), None, layer.stride, layer.padding
            )
        if name == stage:
            break
    features[0, :, place, place].sum().backward()
    seen = pixels.grad[0].sum(dim=(0, 1)).nonzero().flatten()
    covered = covered_after(asked, stage)
    step = (covered.stop - covered.start) // count
    middle = covered.start + (place + 0.5) * step
    assert 0 <= covered.start < covered.stop <= side
    assert middle == pytest.approx((seen[0] + seen[-1] + 1).item() / 2, abs=0.5)


@pytest.mark.parametrize(
    ("way", "side", "padded", "fc1", "total"),
    [
        ("rgb", 128, False, 1_048_576, 25_678_888),
        ("fan-in3", 128, False, 37_748_736, 61_222_824),
        ("rgb", 227, False, 26_214_400, 50_844_712),
        ("rgb", 227, True, 37_748_736, 62_379_048),
        ("fan-in3", 227, False, 177_209_344, 200_683_432),
    ],
)
def test_parameters(way, side, padded, fc1, total):
    count = count_parameters(options(way, side, padded=padded))
    assert count.weights["fc1"] == fc1
    assert count.total == total


def test_weights_of_every_layer():
    count = count_parameters(options())
    assert {name: count.weights[name] for name in WEIGHTS} == WEIGHTS
    assert count.weights["fc1"] == 1_048_576


def test_the_branches_of_fan_in1_and_fan_in2_have_the_weights_printed():
    first = count_parameters(options("fan-in1"))
    assert first.weights["branch.conv1"] == 11_616
    assert first.weights["branch.conv2"] == 614_400
    assert first.branch == 626_016
    assert first.total - count_parameters(options()).total == 627_072  # with biases and norms
    second = count_parameters(options("fan-in2"))
    assert second.branch == 11_616
    assert second.total - count_parameters(options()).total == 11_904


def test_fan_in3_has_fewer_weights_in_convolutions_and_far_more_in_all():
    plain, third = count_parameters(options()), count_parameters(options("fan-in3"))
    assert third.weights["conv3"] == 331_776  # printed 332,776
    assert plain.weights["conv3"] - third.weights["conv3"] == 552_960  # printed 551,960
    saved = plain.convolutions - third.convolutions - third.branch
    assert saved == 1_155_744  # printed 1,154,744
    assert third.weights["fc1"] == 36 * plain.weights["fc1"]
    assert third.total - plain.total == 35_543_936  # the thesis says fewer


def test_the_control_is_fan_in3_without_its_branch():
    third, control = count_parameters(options("fan-in3")), count_parameters(options("no-conv2"))
    alone = {name: n for name, n in third.weights.items() if not name.startswith("branch.")}
    assert control.weights == alone


@pytest.mark.parametrize(
    ("way", "added"),
    [
        ("rgbs", 121 * 96),
        ("rgb-1s2s", 25 * 256 + 9 * 384 + 4),
        ("rgbs-1s2s", 121 * 96 + 25 * 256 + 9 * 384 + 4),
        ("rgbxs", 0),
        ("rgb-1xs2xs", 0),
        ("rgbxs-1xs2xs", 0),
    ],
)
def test_a_concatenated_map_adds_a_channel_and_a_multiplied_one_nothing(way, added):
    assert count_parameters(options(way)).total - count_parameters(options()).total == added


@pytest.mark.parametrize("way", ["rgb-1s2s", "rgbs-1s2s"])
def test_maps_are_joined_before_norm_and_pooling(way):
    shapes = layer_shapes(options(way))
    assert shapes["norm1"] == (97, 30, 30)
    assert shapes["pool1"] == (97, 14, 14)
    assert shapes["norm2"] == (257, 10, 10)


@pytest.mark.parametrize(
    "way", [*WAYS, "fan-in@conv3", "fan-in@pool5", "fan-in@pool1-pool2", "fan-in3@pool1-conv4"]
)
def test_a_way_sees_the_map_or_does_not(way):
    torch.manual_seed(0)
    network = AlexNet(AlexNetOptions(classes=3, way=get_way(way), hidden=16))
    pixels, saliency = torch.rand(2, 3, 128, 128), torch.rand(2, 1, 128, 128)
    with torch.no_grad():
        first = network(pixels, saliency)
        second = network(pixels, saliency.flip(-1))
    assert first.shape == (2, 3)
    assert torch.equal(first, second) == (not get_way(way).sees_map)


def test_one_stage_merges_are_the_thesis_own():
    assert get_way("fan-in@pool2").merges == WAYS["fan-in1"].merges
    assert get_way("fan-in@pool1").merges == WAYS["fan-in2"].merges
    assert get_way("fan-in3@pool1").merges == WAYS["fan-in3"].merges


def test_a_branch_is_as_deep_as_its_last_merge():
    for stage in STAGES:
        weights = count_parameters(options(f"fan-in@{stage}")).weights
        last = max(int(name[-1]) for name in weights if name.startswith("branch."))
        assert last == int(stage[-1])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rbg", "no network is called 'rbg'"),
        ("fan-in@conv7", "'conv7' is no stage"),
        ("fan-in3@pool2", "'pool2' is no stage"),
        ("fan-in@pool1-pool1", "named twice"),
    ],
)
def test_wrong_names_are_told(name, message):
    with pytest.raises(OptionError, match=message):
        get_way(name)


def test_only_a_branch_can_start_at_zero():
    with pytest.raises(OptionError, match="rgbs has no branch"):
        gated(get_way("rgbs"))
