"""SalNet: the paper's sizes, its scaling and its geometry."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from foveate.models.records import read_card
from foveate.models.registry import families
from foveate.pictures import Picture, read_picture
from foveate.saliency import predicted_map
from foveate_research.architectures.salnet import (
    ResponseNorm,
    SalNet,
    SalNetOptions,
    bilinear_kernel,
)
from foveate_research.models.readings.salnet import LONGER, MULTIPLE, RISE, STEEPNESS, salnet

ROOT = Path(__file__).resolve().parents[3]
ASTRONAUT = ROOT / "examples" / "astronaut.png"


def layers(network):
    return [
        module
        for module in network.modules()
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d))
    ]


def test_the_papers_network_has_its_number_of_weights():
    with torch.device("meta"):
        network = SalNet()
    counts = [sum(weight.numel() for weight in layer.parameters()) for layer in layers(network)]
    assert counts == [
        14_208,
        614_656,
        1_180_160,
        6_554_112,
        6_554_112,
        6_422_784,
        3_965_056,
        495_648,
        5_409,
        64,
    ]
    assert sum(counts) == 25_806_209


def test_the_papers_network_multiplies_134_billion_times_a_picture_of_320_by_240():
    counted = []

    def count(layer, inputs, output):
        # a transposed convolution works once a place of its input, others once a place of output
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        counted.append(layer.weight.numel() * places.shape[-2] * places.shape[-1])

    with torch.device("meta"):
        network = SalNet()
        for layer in layers(network):
            layer.register_forward_hook(count)
        map_shape = network(torch.empty(1, 3, 240, 320)).shape
    assert map_shape == (1, 1, 240, 320)
    assert sum(counted) / 1e9 == pytest.approx(133.7, abs=0.05)
    assert [round(count / 1e9, 2) for count in counted[:9]] == [
        1.08,
        11.80,
        5.66,
        31.46,
        31.46,
        30.83,
        19.03,
        2.38,
        0.03,
    ]


def test_width_scales_every_layer_but_the_map():
    assert SalNetOptions(width=1 / 8).channels() == [12, 32, 64, 64, 64, 32, 16, 4, 1]


def test_poolings_round_up():
    network = SalNet(SalNetOptions(width=1 / 32))
    assert network(torch.zeros(1, 3, 36, 52)).shape == (1, 1, 36, 52)


def test_the_transposed_layer_can_interpolate_bilinearly():
    layer = nn.ConvTranspose2d(1, 1, 8, 4, 2, bias=False)
    layer.weight.data = bilinear_kernel(4)
    coarse = torch.rand(1, 1, 6, 7)
    expected = nn.functional.interpolate(
        coarse, scale_factor=4, mode="bilinear", align_corners=False
    )
    inner = (slice(None), slice(None), slice(4, -4), slice(4, -4))
    torch.testing.assert_close(layer(coarse)[inner], expected[inner])


def test_response_normalisation_is_torchs():
    features = 300 * torch.rand(2, 9, 5, 6)
    expected = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)(features)
    torch.testing.assert_close(ResponseNorm(9)(features), expected)


def seen(levels):
    pixels = np.zeros((*levels.shape, 3), dtype=np.uint8)
    pixels[10:30, 10:40] = 200
    return salnet({"map": levels}, pixels)


def test_the_map_is_blurred_and_divided_by_its_peak():
    cv2_kernel = np.array([0.0708, 0.2445, 0.3694, 0.2445, 0.0708])  # its own for 5 pixels
    levels = np.zeros((48, 64), dtype=np.float32)
    levels[20, 30] = 200
    values = seen(levels).values
    expected = np.outer(cv2_kernel, cv2_kernel) / cv2_kernel[2] ** 2
    np.testing.assert_allclose(values[18:23, 28:33], expected, atol=2e-3)
    assert values.max() == 1


def test_a_map_that_says_the_same_everywhere_is_not_believed():
    assert seen(np.full((48, 64), 80, dtype=np.float32)).confidence == 0


def test_a_map_of_one_place_is_believed():
    y, x = np.mgrid[:48, :64]
    levels = 255 * np.exp(-((y - 20) ** 2 + (x - 40) ** 2) / 60).astype(np.float32)
    assert seen(levels).confidence == pytest.approx(STEEPNESS)


def test_a_faint_map_is_not_believed_however_it_is_shaped():
    y, x = np.mgrid[:48, :64]
    blob = np.exp(-((y - 20) ** 2 + (x - 40) ** 2) / 60).astype(np.float32)
    faint, strong = seen(60 * blob), seen(180 * blob)
    np.testing.assert_allclose(faint.values, strong.values, atol=1e-5)
    assert faint.confidence == 0
    assert strong.confidence > 0.6


def test_the_readings_constants_are_the_recorded_ones():
    fit = json.loads((ROOT / "results" / "salnet-fit.json").read_text())
    nothing = fit["rise_of_featureless_pictures"]
    greys = max(nothing[f"grey {level}"] for level in (0, 128, 255))
    assert (greys, fit["rise_quantiles"]["0.5"]) == RISE
    curve = json.loads((ROOT / "results" / "weight-curve-references.json").read_text())
    assert curve["confidence"]["salnet"] == STEEPNESS
    assert fit["model"]["sha256"] == read_card("salnet")["weights"]["sha256"]


def test_nothing_is_seen_in_a_ramp_of_grey():
    ramp = np.linspace(60, 220, 640).astype(np.uint8)
    pixels = np.broadcast_to(ramp[None, :, None], (480, 640, 3)).copy()
    assert predicted_map(Picture(pixels, "ramp"), model="salnet").confidence == 0


@pytest.mark.parametrize(
    ("picture", "size"),
    [((384, 512), (144, 192)), ((600, 400), (192, 128)), ((100, 2000), (48, 192))],
)
def test_pictures_keep_their_aspect(picture, size):
    assert families()["salnet"].size(*picture) == size


def test_pictures_are_seen_at_the_size_that_the_shipped_network_was_trained_at():
    training = read_card("salnet")["training"]
    shapes = training["sizes"]["throughout"]
    assert max(max(shape) for shape in shapes) == LONGER
    assert all(side % MULTIPLE == 0 for shape in shapes for side in shape)


def test_what_the_transposed_layer_makes_of_half_a_window_is_no_frame():
    levels = np.full((48, 64), 100, dtype=np.float32)
    levels[2:-2, 2:-2] = 0
    levels[20:30, 30:40] = 200
    values = seen(levels).values
    assert values[:10].max() == values[-10:].max() == 0
    assert values[:, :10].max() == values[:, -10:].max() == 0


def test_the_shipped_network_sees_the_face_of_the_sample_and_makes_no_frame():
    values = predicted_map(read_picture(ASTRONAUT), model="salnet").values
    border = np.concatenate([values[:4].ravel(), values[-4:].ravel(), values[:, :4].ravel()])
    assert values[80:160, 180:260].max() > 0.7
    assert border.mean() < values.mean() / 2
