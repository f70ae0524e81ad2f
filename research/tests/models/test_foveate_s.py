"""The trunk against its published weights, the network, and its ONNX file against torch."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
from skimage import data
from skimage.transform import resize
from torch.nn import functional

from foveate_research.architectures.efficientnet_lite import (
    EfficientNetLite,
    load_published,
    published_layout,
    published_weights,
)
from foveate_research.architectures.foveate_s import TAILS, FoveateS, GazeTails, density
from foveate_research.training.foveate_s.recipe import run_time_of
from foveate_research.training.onnx_file import CARD_KEY, largest_difference, write_onnx

WHOLE = torch.tensor([[0.0, 0.0, 1.0, 1.0]])


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    made = FoveateS()
    load_published(made.trunk, published_weights())
    return made.eval()


def test_the_trunk_takes_every_published_tensor_but_the_classifiers():
    names = set(published_layout(EfficientNetLite()).values())
    left = {name for name in published_weights() if "num_batches" not in name} - names
    assert {name.split(".")[0] for name in left} == {"_conv_head", "_bn1", "_fc"}


def test_the_trunk_with_its_published_classifier_knows_a_cat(network):
    weights = published_weights()
    cat = resize(data.chelsea(), (224, 224), anti_aliasing=True) * 255
    pixels = torch.tensor(cat).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        head = functional.conv2d(network.trunk(pixels)[-1], weights["_conv_head.weight"])
        norm = [weights[f"_bn1.{part}"] for part in ("running_mean", "running_var")]
        head = functional.batch_norm(
            head, *norm, weights["_bn1.weight"], weights["_bn1.bias"], eps=1e-3
        )
        scores = functional.linear(
            functional.relu6(head).mean(dim=(2, 3)), weights["_fc.weight"], weights["_fc.bias"]
        )
    assert 281 <= int(scores.argmax()) <= 285  # ImageNet's tabby, tiger, Persian, Siamese, Egyptian


def test_the_taps_lie_at_strides_4_to_32(network):
    taps = network.trunk(torch.zeros(1, 3, 64, 96))
    assert [tuple(tap.shape[1:]) for tap in taps] == [
        (24, 16, 24),
        (40, 8, 12),
        (112, 4, 6),
        (320, 2, 3),
    ]


def test_a_density_has_mean_one_at_any_resolution():
    for size in ((8, 8), (31, 17)):
        assert density(torch.randn(2, 3, *size)).mean(dim=(2, 3)).numpy() == pytest.approx(1)


def test_the_prior_of_a_crop_is_the_crop_of_the_prior():
    tails = GazeTails(4)
    torch.nn.init.normal_(tails.prior)
    whole = tails.log_prior(torch.zeros(1, len(TAILS), 16, 32), WHOLE)
    corner = tails.log_prior(
        torch.zeros(1, len(TAILS), 8, 16), torch.tensor([[0.5, 0.0, 1.0, 0.5]])
    )
    assert torch.allclose(whole[:, :, :8, 16:], corner, atol=1e-5)


def test_the_blur_keeps_a_constant_and_spreads_a_point():
    tails = GazeTails(4)
    constant = torch.full((1, len(TAILS), 20, 20), 3.0)
    assert torch.allclose(tails.blur(constant), constant, atol=1e-4)
    point = torch.zeros(1, len(TAILS), 21, 21)
    point[:, :, 10, 10] = 1
    blurred = tails.blur(point)[0, 0]
    assert blurred.sum().item() == pytest.approx(1, abs=1e-3)
    assert torch.allclose(blurred, blurred.flip(0).T, atol=1e-6)


def test_the_onnx_file_gives_what_torch_gives_at_any_batch_and_size(network, tmp_path):
    run_time = run_time_of(network)
    path = write_onnx(run_time, tmp_path / "net.onnx", card={"name": "net"})
    assert path.stat().st_size < 5_000_000
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(0).uniform(0, 255, (3, 3, 96, 64)).astype(np.float32)
    mask, gaze, mix = session.run(None, {"pixels": pixels})
    assert mask.shape == gaze.shape == mix.shape == (3, 1, 24, 16)
    expected_mask, expected_gaze = network(torch.tensor(pixels), WHOLE)
    assert np.abs(mask - torch.sigmoid(expected_mask).detach().numpy()).max() < 2e-2  # 8 bits
    expected = density(expected_gaze[:, :1]).detach().numpy()
    assert np.abs(gaze - expected).max() / expected.max() < 2e-2
    assert largest_difference(run_time, path) < 1e-3
    assert json.loads(session.get_modelmeta().custom_metadata_map[CARD_KEY]) == {"name": "net"}
