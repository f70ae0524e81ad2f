"""MS-ROI, CAM and the published code's network: sizes, scores, maps."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from foveate.models.working_size import shorter_side_size
from foveate_research.architectures.cam import CAM
from foveate_research.architectures.efficientnet_lite import EfficientNetLite, keep_at_stride_16
from foveate_research.architectures.lite_trunk import LiteOptions, LiteTrunk
from foveate_research.architectures.msroi import (
    MSROI,
    LabelOptions,
    over_surroundings,
    shared_among_alike,
)
from foveate_research.architectures.msroi_released import MSROIReleased, light_released
from foveate_research.architectures.vgg import VggOptions
from foveate_research.training.labels.run_time import RunTimeLabels

SMALL = LabelOptions(trunk=VggOptions(width=0.05))


def small(kind):
    torch.manual_seed(0)
    return kind(SMALL).eval()


def pixels(height, width):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1)) * 255


def test_the_published_network_has_its_number_of_weights():
    with torch.device("meta"):
        network = MSROIReleased()
    assert sum(weight.numel() for weight in network.parameters()) == 24_573_792
    assert sum(weight.numel() for weight in network.trunk.parameters()) == 14_714_688


@pytest.mark.parametrize("kind", [MSROI, CAM])
@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 112)])
def test_a_map_a_class_at_stride_16(kind, height, width):
    logits, maps = small(kind)(pixels(height, width))
    assert logits.shape == (1, 25)
    assert maps.shape == (1, 25, height // 16, width // 16)


def test_msroi_maps_are_positive_and_a_logit_is_their_highest_fifth_over_its_threshold():
    network = small(MSROI)
    logits, maps = network(pixels(64, 96))  # 24 positions, of which 5 count
    assert maps.min() > 0
    highest = maps.flatten(2).sort(dim=2).values[:, :, -5:].mean(dim=2)
    expected = network.log_scale.exp() * highest - network.thresholds
    torch.testing.assert_close(logits, expected)


def test_places_share_their_maps_with_those_of_like_features():
    features = torch.zeros(1, 3, 2, 4)
    features[:, 0, :, :2] = torch.tensor([[1.0, 5.0], [2.0, 3.0]])  # one direction, left
    features[:, 1, :, 2:] = 4.0  # another at a right angle, right
    maps = torch.zeros(1, 2, 2, 4)
    maps[0, 0, 0, 0], maps[0, 1, 1, 3] = 8.0, 4.0
    shared = shared_among_alike(maps, features, 4)
    expected = torch.tensor([[2.0, 2.0, 0.0, 0.0], [2.0, 2.0, 0.0, 0.0]])
    torch.testing.assert_close(shared[0, 0], expected)
    torch.testing.assert_close(shared[0, 1], expected.flip(1) / 2)
    torch.testing.assert_close(shared_among_alike(maps, features, 0), maps)


def test_likeness_is_the_cosine_to_a_power_and_never_negative():
    directions = torch.tensor([[1.0, 1.0, -1.0], [0.0, 1.0, 0.0]])  # 0, 45 and 180 degrees
    features = directions[None, :, None]
    maps = torch.tensor([[[[1.0, 0.0, 0.0]]]])
    shared = shared_among_alike(maps, features, 4)[0, 0, 0]
    torch.testing.assert_close(shared, torch.tensor([1 / 1.25, 0.25 / 1.25, 0.0]))


@pytest.mark.parametrize("kind", [MSROI, CAM])
def test_maps_that_are_shared_differ_and_keep_their_size(kind):
    network = small(kind)
    _, alone = network(pixels(64, 96))
    network.options = replace(SMALL, likeness=4.0)
    _, shared = network(pixels(64, 96))
    assert shared.shape == alone.shape
    assert shared.std() < 0.9 * alone.std()


@pytest.mark.parametrize("kind", [MSROI, CAM])
def test_likeness_may_be_told_by_the_first_features_alone(kind):
    network = small(kind)
    network.options = replace(SMALL, likeness=2.0, compared=3)
    features = torch.rand(1, network.trunk.out_channels, 4, 5) - 0.5
    moved = features.clone()
    moved[:, 3:] = moved[:, 3:].flip(3)
    network.hidden = ZeroedFrom(3)  # so that the maps themselves do not see what moved
    torch.testing.assert_close(network.of_features(features)[1], network.of_features(moved)[1])
    network.options = replace(network.options, compared=0)
    assert not torch.allclose(network.of_features(features)[1], network.of_features(moved)[1])


class ZeroedFrom(torch.nn.Module):
    def __init__(self, first):
        super().__init__()
        self.first = first

    def forward(self, features):
        return torch.cat([features[:, : self.first], 0 * features[:, self.first :]], dim=1)


def test_surroundings_keep_down_the_maps_of_things_where_they_are_likelier():
    things = torch.tensor([1.0, 1.0, 0.0])
    maps = torch.tensor([[[[2.0, 2.0]], [[4.0, -1.0]], [[0.0, 6.0]]]])
    shown = over_surroundings(maps, things, 3)
    # right: things 2, surroundings 6, of which 2 / (2 + 3 * 6) is left; what is negative is not
    expected = torch.tensor([[[[2.0, 0.2]], [[4.0, 0.0]], [[0.0, 6.0]]]])
    torch.testing.assert_close(shown, expected)
    torch.testing.assert_close(over_surroundings(maps, things, 0), maps)
    assert not over_surroundings(torch.zeros(1, 3, 2, 2), things, 3).any()


def test_what_runs_keeps_things_down_and_leaves_the_scores():
    network = small(MSROI)
    things = (True,) * 19 + (False,) * 6
    plain, scores, _ = RunTimeLabels(network, things)(pixels(64, 64))
    shown, same, _ = RunTimeLabels(network, things, surroundings=3.0)(pixels(64, 64))
    torch.testing.assert_close(same, scores)
    torch.testing.assert_close(shown[:, 19:], plain[:, 19:])
    assert (shown[:, :19] < plain[:, :19]).all()


def test_a_class_of_msroi_that_no_picture_shows_can_still_learn():
    network = small(MSROI)
    with torch.no_grad():
        network.features.bias -= 8  # far below what a ReLU lets through
    network.zero_grad()
    network(pixels(64, 64))[0].sum().backward()
    slopes = network.features.weight.grad.flatten(1).abs().amax(dim=1)
    assert slopes.min() > 0


def lite_trunk(margin):
    torch.manual_seed(0)
    return LiteTrunk(LiteOptions(margin=margin)).eval()


def test_the_published_trunk_at_stride_16_sees_what_it_saw_at_stride_32():
    torch.manual_seed(0)
    published = EfficientNetLite().eval()
    seen = pixels(384, 384)
    coarse = published(seen)[3]
    keep_at_stride_16(published)
    fine = published(seen)[3]
    assert coarse.shape[2:] == (12, 12)
    assert fine.shape[2:] == (24, 24)
    # the strided filters stand one cell before the middle of their four
    inside = slice(5, 7)
    torch.testing.assert_close(fine[:, :, 11:15:2, 11:15:2], coarse[:, :, inside, inside])


def test_a_margin_of_mirror_image_keeps_the_frame_out_of_the_published_features():
    flat = torch.full((1, 3, 160, 160), 90.0)

    def unevenness(margin):
        seen = lite_trunk(margin).seen(flat)
        assert seen.shape == (1, 432, 10, 10)
        return float(seen.std(dim=(2, 3)).mean())

    assert unevenness(32) < 0.6 * unevenness(0)


def test_msroi_can_say_absent_and_present():
    network = small(MSROI)
    with torch.no_grad():
        network.thresholds[0], network.thresholds[1] = 100.0, -100.0
    logits, _ = network(pixels(64, 64))
    assert logits[0, 0] < 0 < logits[0, 1]


def test_msroi_scores_do_not_grow_with_the_picture():
    network = small(MSROI)
    flat = torch.full((1, 3, 1, 1), 90.0)
    near, _ = network(flat.expand(1, 3, 320, 320))
    far, _ = network(flat.expand(1, 3, 640, 640))
    torch.testing.assert_close(near, far, atol=0.1, rtol=0.1)


def test_no_class_reads_another_classes_maps():
    network = small(MSROI)
    _, before = network(pixels(64, 64))
    with torch.no_grad():
        network.features.weight[: SMALL.maps] += 1
    _, after = network(pixels(64, 64))
    torch.testing.assert_close(before[:, 1:], after[:, 1:])
    assert not torch.equal(before[:, 0], after[:, 0])


def test_a_cam_leaves_the_bias_to_the_scores():
    network = small(CAM)
    with torch.no_grad():
        network.bias += torch.arange(25.0)
    logits, maps = network(pixels(64, 64))
    torch.testing.assert_close(logits - maps.mean(dim=(2, 3)), torch.arange(25.0)[None])


def test_the_published_network_is_linear_after_its_trunk_and_gives_one_map_twice():
    torch.manual_seed(0)
    network = MSROIReleased(light_released()).eval()
    seen = pixels(64, 64)
    logits, maps = network(seen)
    torch.testing.assert_close(logits, maps.mean(dim=(2, 3)))
    assert torch.equal(maps, network(seen)[1])
    assert maps.shape[1] == 127


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ((224, 224), (224, 224)),
        ((512, 768), (224, 336)),
        ((3000, 2000), (336, 224)),
        ((100, 5000), (224, 896)),
    ],
)
def test_the_whole_picture_is_seen_with_its_shorter_side_at_224(picture, expected):
    size = shorter_side_size(*picture, shortest=224, stride=16)
    assert size == expected
    assert not np.any(np.array(size) % 16)
