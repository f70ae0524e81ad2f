"""MEnet: the paper's sizes, its variants, its features and its map."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from foveate.errors import ModelError
from foveate.models.records import checked_weights
from foveate.models.registry import get_model
from foveate.models.session import session_of
from foveate.pictures import Picture, read_picture
from foveate.saliency import predicted_map
from foveate_research.architectures.menet import (
    FEATURES,
    SCALES,
    MEnet,
    MEnetOptions,
    background_distance,
    unit_length,
)
from foveate_research.models.readings import menet as readings
from foveate_research.models.readings.menet import (
    CLASSIFIER_STEEPNESS,
    DISTANCE_STEEPNESS,
    SCALE_NAMES,
    menet,
    probability_map,
    square_of,
)

ROOT = Path(__file__).resolve().parents[3]
ASTRONAUT = ROOT / "examples" / "astronaut.png"
SIDE = 96  # of the maps that are read here


def paper():
    with torch.device("meta"):
        return MEnet()


def light(**options):
    torch.manual_seed(0)
    return MEnet(MEnetOptions(width=2, size=64, **options)).eval()


def layers(network, *kinds):
    return [module for module in network.modules() if isinstance(module, kinds)]


def test_the_papers_network_has_its_number_of_weights():
    network = paper()
    convolutions = layers(network, nn.Conv2d, nn.ConvTranspose2d)
    norms = layers(network, nn.BatchNorm2d)
    assert sum(layer.weight.numel() for layer in convolutions) == 184_894_837
    biases = [layer.bias for layer in convolutions if layer.bias is not None]
    assert sum(bias.numel() for bias in biases) == 14_111
    assert sum(layer.weight.numel() + layer.bias.numel() for layer in norms) == 50_218
    assert sum(weight.numel() for weight in network.parameters()) == 184_959_166


def test_the_papers_network_has_seventy_two_convolutions_and_norms():
    network = paper()
    assert len(layers(network, nn.Conv2d, nn.ConvTranspose2d)) == 72
    assert len(layers(network, nn.BatchNorm2d)) == 72


def test_transposed_convolutions_carry_no_bias():
    assert all(layer.bias is None for layer in layers(paper(), nn.ConvTranspose2d))


def test_the_papers_network_multiplies_22_billion_times_a_picture():
    counted = 0

    def count(layer, inputs, output):
        nonlocal counted
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        counted += layer.weight.numel() * places.shape[-2] * places.shape[-1]

    with torch.device("meta"):
        network = paper()
        for layer in layers(network, nn.Conv2d, nn.ConvTranspose2d):
            layer.register_forward_hook(count)
        network.eval()(torch.empty(1, 3, 224, 224))
    assert counted / 1e9 == pytest.approx(22.45, abs=0.005)


def test_everything_passes_a_single_position():
    network = paper().eval()
    with torch.device("meta"):
        levels = network.levels(torch.empty(1, 3, 224, 224))
        sizes = [(level.shape[1], level.shape[-1]) for level in levels]
        code = network.squeeze(levels[6])
    assert code.shape == (1, 1024, 1, 1)
    encoder = [(32, 224), (64, 112), (128, 56), (256, 28), (512, 14), (1024, 7)]
    assert sizes == [(3, 224), *encoder, (1024, 7), *reversed(encoder[:-1])]


def test_logits_features_and_scales_have_the_pictures_size():
    outputs = light()(torch.rand(2, 3, 64, 64) * 255)
    assert outputs.logits.shape == (2, 2, 64, 64)
    assert outputs.features.shape == (2, FEATURES, 64, 64)
    assert outputs.scales.shape == (2, SCALES, 64, 64)


def test_features_have_length_one_everywhere():
    features = light()(torch.rand(1, 3, 64, 64) * 255).features
    torch.testing.assert_close(features.norm(dim=1), torch.ones(1, 64, 64))


def test_scale_maps_are_enlarged_by_repeating_them():
    scales = light()(torch.rand(1, 3, 64, 64) * 255).scales
    coarse = scales[0, 6].reshape(2, 32, 2, 32)
    assert (coarse == coarse[:, :1, :, :1]).all()


def test_cross_entropy_alone_has_no_features():
    outputs = light(metric=False)(torch.rand(1, 3, 64, 64))
    assert outputs.features is None
    assert outputs.scales is not None


def test_the_plain_variant_reads_the_last_decoder_map_alone():
    network = light(metric=False, multi_scale=False)
    outputs = network(torch.rand(1, 3, 64, 64))
    assert outputs.features is None
    assert outputs.scales is None
    assert outputs.logits.shape == (1, 2, 64, 64)
    assert len(layers(network, nn.Conv2d, nn.ConvTranspose2d)) == 72 - 13 - 1


def test_metric_features_need_the_multi_scale_maps():
    with pytest.raises(ValueError, match="multi-scale"):
        MEnetOptions(multi_scale=False)


def test_the_side_is_a_multiple_of_32():
    with pytest.raises(ValueError, match="multiple of 32"):
        MEnetOptions(size=100)


def test_the_distance_is_measured_from_the_expected_background():
    features = torch.zeros(1, 3, 2, 2)
    features[0, 0] = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    features[0, 1] = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    background = torch.tensor([[[[1.0, 1.0], [1.0, 1.0]]]])
    # the mean is (0.5, 0.5, 0)
    distance = background_distance(features, background)
    torch.testing.assert_close(distance, torch.full((1, 1, 2, 2), 0.5**0.5))
    background[0, 0, 1] = 0
    distance = background_distance(features, background)
    expected = torch.tensor([[[[0.0, 0.0], [2**0.5, 2**0.5]]]])
    torch.testing.assert_close(distance, expected, atol=1e-5, rtol=0)


def test_the_map_has_no_random_draws():
    pixels = torch.rand(1, 3, 64, 64) * 255
    network = light()
    first, second = network(pixels), network(pixels)
    assert torch.equal(first.features, second.features)
    background = torch.softmax(first.logits, dim=1)[:, :1]
    assert torch.equal(
        background_distance(first.features, background),
        background_distance(second.features, background),
    )


def test_unit_length_leaves_directions_alone():
    features = torch.tensor([3.0, 4.0])[None, :, None, None]
    torch.testing.assert_close(unit_length(features).flatten(), torch.tensor([0.6, 0.8]))


def seen(**outputs):
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[10:40, 10:40] = 200
    return outputs, pixels


def test_the_distance_is_stretched_over_its_range():
    distance = np.full((SIDE, SIDE), 0.25, dtype=np.float32)
    distance[10:40, 10:40] = 1.25
    probability = np.zeros((SIDE, SIDE), dtype=np.float32)
    probability[10:40, 10:40] = 1
    prediction = menet(*seen(distance=distance, probability=probability))
    assert prediction.values.dtype == np.float32
    assert set(np.unique(prediction.values)) == {0.0, 1.0}
    assert prediction.confidence > 0.2


def test_the_readings_constants_are_the_recorded_ones():
    record = ROOT / "results" / "weight-curve-references.json"
    told = json.loads(record.read_text())["confidence"]
    assert told["menet"] == DISTANCE_STEEPNESS
    assert told["menet-ce"] == CLASSIFIER_STEEPNESS


@pytest.mark.parametrize("name", ["menet", "menet-ce"])
def test_nothing_is_seen_in_grey_and_noise(name):
    noise = 128 + 80 * np.random.default_rng(0).standard_normal((480, 640, 3))
    for pixels in (np.full((480, 640, 3), 128), np.clip(noise, 0, 255)):
        picture = Picture(pixels.astype(np.uint8), "nothing")
        assert predicted_map(picture, model=name).confidence == 0


@pytest.mark.parametrize("read", [menet, probability_map])
def test_an_undecided_classifier_is_not_believed(read):
    flat = np.full((SIDE, SIDE), 0.5, dtype=np.float32)
    prediction = read(*seen(distance=flat, probability=flat))
    assert np.isfinite(prediction.values).all()
    assert prediction.confidence == 0


def test_the_scales_are_named_in_the_networks_order():
    levels = light().levels(torch.zeros(1, 3, 64, 64))
    sides = dict(zip(SCALE_NAMES, (level.shape[-1] for level in levels), strict=True))
    assert sides["picture"] == sides["encoder 0"] == sides["decoder 0"] == 64
    assert sides["encoder 5"] == sides["centre"] == 2
    assert sides["decoder 4"] == 4


@pytest.mark.parametrize("name", ["menet", "menet-ce", "menet-ce-only", "menet-ce-plain"])
def test_a_shipped_network_sees_pictures_at_the_one_size_that_it_was_trained_at(name):
    entry = get_model(name)
    (pixels,) = session_of(checked_weights(entry.record), 1).get_inputs()
    assert [*entry.size(480, 640)] == pixels.shape[2:]


def test_the_side_is_the_one_that_the_record_states(monkeypatch):
    card = {"architecture": {"options": {"size": 64}}}
    monkeypatch.setattr(readings, "read_card", lambda record: card)
    assert square_of("menet")(480, 640) == (64, 64)
    del card["architecture"]["options"]["size"]
    with pytest.raises(ModelError, match="record of menet states no size"):
        square_of("menet")(480, 640)


def test_menets_networks_are_alive_and_find_the_person_of_the_sample():
    picture = read_picture(ASTRONAUT)
    for name in ("menet", "menet-ce"):
        values = predicted_map(picture, model=name).values
        inside = values[50:450, 100:400].mean()  # head, suit and helmet
        assert inside > 2 * values[:200, 380:].mean()  # the model of a shuttle
        assert values.std() > 0.1
