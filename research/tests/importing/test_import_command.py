"""`foveate models import`: from the authors' file to a map."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

import menet_layers
from caffe_files import write_net
from foveate.models.registry import get_model
from foveate_research.architectures.cam_published import PublishedCAM, PublishedCamOptions
from foveate_research.architectures.menet import MEnet
from foveate_research.architectures.msroi_released import MSROIReleased
from foveate_research.architectures.salnet import SalNet
from foveate_research.architectures.vgg import VggTrunk
from foveate_research.architectures.vgg_published import published_vgg
from foveate_research.importing.published import PUBLISHED
from photos import write_photo
from published_layers import conv, drawn, salnet_layers, salnet_map, vgg_features, vgg_layers

pytestmark = pytest.mark.usefixtures("users_folder")


def rng():
    return np.random.default_rng(5)


def imported(foveate, layers, name, *options):
    write_net(Path("authors.caffemodel"), layers)
    run = foveate("models", "import", "authors.caffemodel", "--as", name, "-o", "x.onnx", *options)
    assert run.code == 0, run.err
    return run


def outputs(path, picture):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pixels = picture.transpose(2, 0, 1)[None].astype(np.float32)
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, {"pixels": pixels}), strict=True))


def used(foveate, name):
    write_photo("photo.png")
    added = foveate("models", "add", "x.onnx", "--name", name)
    assert added.code == 0, added.err
    done = foveate("map", "photo.png", "--model", name, "--json")
    assert done.code == 0, done.err
    assert done.objects[0]["model"] == name
    assert foveate("compress", "photo.png", "--map", name).code == 0


def test_salnet_runs_at_the_authors_size(foveate):
    layers = salnet_layers(rng())
    told = imported(foveate, layers, "salnet", "--licence", "MIT").out
    count = sum(each.size for arrays in layers.values() for each in arrays)
    assert f"x.onnx: {count:,} weights, " in told
    picture = rng().integers(0, 256, (48, 64, 3), dtype=np.uint8)
    expected = (128 * salnet_map(layers, picture) + 127).clamp(0, 255).numpy()
    np.testing.assert_allclose(outputs("x.onnx", picture)["map"], expected, atol=1e-2)
    used(foveate, "published")
    assert get_model("published").size(600, 800) == (240, 320)
    record = get_model("published").card
    assert record["weights"]["licence"] == "MIT"
    assert record["imported"]["file"] == "authors.caffemodel"
    assert record["architecture"]["input"].startswith("BGR minus (100, 110, 118)")


def test_menet_is_shown_squares_of_its_own_size(foveate):
    picture = torch.from_numpy(rng().integers(0, 256, (1, 3, 32, 32)).astype(np.float32))
    layers, _, logits = menet_layers.run(picture, 2, rng=rng())
    imported(foveate, layers, "menet")
    pixels = picture[0].numpy().astype(np.uint8).transpose(1, 2, 0)
    expected = torch.softmax(logits, dim=1)[:, 1:].numpy()
    np.testing.assert_allclose(outputs("x.onnx", pixels)["probability"], expected, atol=1e-4)
    used(foveate, "published")
    assert get_model("published").size(600, 800) == (32, 32)


def test_vgg16_carries_its_own_adapter(foveate):
    layers = vgg_layers(rng())
    imported(foveate, layers, "vgg16")
    picture = rng().integers(0, 256, (64, 96, 3), dtype=np.uint8)
    expected = vgg_features(layers, picture).square().mean(1, keepdim=True).numpy()
    found = outputs("x.onnx", picture)["map"]
    np.testing.assert_allclose(found / expected.max(), expected / expected.max(), atol=1e-4)
    used(foveate, "published")


@pytest.mark.parametrize("name", ["cam", "msroi"])
def test_the_label_networks_run(foveate, name):
    layers = vgg_layers(rng())
    if name == "cam":
        layers |= {"CAM_conv": conv(rng(), 64, 16, 3), "CAM_fc": [drawn(rng(), 9, 64), np.ones(9)]}
    else:
        layers |= {
            "conv6_1": conv(rng(), 2, 32, 3),
            "depth": [drawn(rng(), 32, 2, 3, 3, fan=9), np.zeros(64)],
            "conv6": conv(rng(), 64, 64, 3),
            "GAP": [drawn(rng(), 11, 64)],
        }
    imported(foveate, layers, name, "--bits", "16")
    used(foveate, "published")


def test_the_record_as_json(foveate):
    run = imported(foveate, salnet_layers(rng()), "salnet", "--json")
    assert json.loads(run.out)["architecture"]["options"] == {"width": 3 / 96}


def test_wrong_usage_is_one_line(foveate):
    write_net(Path("a.caffemodel"), vgg_layers(rng()))
    for options, message in (
        (("--as", "resnet"), "--as: no network is called 'resnet': there are menet, salnet, cam"),
        (("--as", "salnet"), "a.caffemodel: has no layer called conv1; it begins with conv1_1"),
        (("--as", "menet", "--rgb"), "--rgb: menet takes RGB as it is: leave it out"),
        (("--as", "vgg16", "--bits", "12"), "--bits: 12 is not 32, 16 or 8"),
    ):
        run = foveate("models", "import", "a.caffemodel", *options)
        assert run.code in (1, 2)
        assert message in run.err
        assert run.err.count("\n") == 1
    assert not list(Path().glob("*.onnx"))


PAGE = Path(__file__).resolve().parents[3] / "docs" / "published-weights.md"


def test_the_page_tells_the_command_of_every_network_and_its_own_ones_run(foveate):
    text = PAGE.read_text()
    commands = re.findall(r"^\$ foveate (.*)$", text, re.MULTILINE)
    named = {command.split("--as ")[1].split()[0] for command in commands if "--as" in command}
    assert named == {entry.name for entry in PUBLISHED}
    first = [command.split() for command in commands[:3]]
    write_net(Path(first[0][2]), salnet_layers(rng()))
    write_photo("photo.png")
    for words in first:
        run = foveate(*words)
        assert run.code == 0, run.err


def test_the_sizes_that_the_page_states_are_those_of_our_networks():
    text = PAGE.read_text()
    options = PublishedCamOptions()
    with torch.device("meta"):
        networks = {
            "salnet": SalNet(),
            "menet": MEnet(),
            "cam": PublishedCAM(options, VggTrunk(options.trunk)),
            "msroi": MSROIReleased(),
            "vgg16": VggTrunk(published_vgg()),
        }
    for name, network in networks.items():
        count = sum(each.numel() for each in network.parameters())
        assert re.search(rf"^\| `{name}` \|.*\| {count:,} \|", text, re.MULTILINE), (name, count)
