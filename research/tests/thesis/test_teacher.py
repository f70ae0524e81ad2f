"""A saliency network teaches the classifier: what its layers attend to reaches the first step."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from PIL import Image
from torch.nn import functional

from foveate.errors import OptionError
from foveate.models.records import read_card
from foveate_research.thesis.attention_transfer import BETA, attention, listening
from foveate_research.thesis.batches import as_floats
from foveate_research.thesis.names import parse_experiment
from foveate_research.thesis.networks.build import attention_layers, build_network, covered
from foveate_research.thesis.reading import CHANNELS, central_draws, epoch_draws, open_part
from foveate_research.thesis.run import Settings
from foveate_research.thesis.study import done_trainings, run_study
from foveate_research.thesis.teacher import teacher_attention
from tiny_packs import a_pack

SEED, PICTURES = 1, 12


THRESHOLDS = (150, 160, 170, 180, 190)
"""Levels of red over which the tiny network's layers are lit; the first, third and last teach."""


def tiny_network() -> bytes:
    """Five ReLUs in a row, each of which takes ten levels off the red that the last one left."""
    kernel = np.zeros((1, 3, 1, 1), dtype=np.float32)
    kernel[0, 0] = 1
    constants = {
        "red": kernel,
        "over": np.array([-THRESHOLDS[0]], dtype=np.float32),
        "one": np.ones((1, 1, 1, 1), dtype=np.float32),
        "less": np.array([-10], dtype=np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["pixels", "red", "over"], ["conv0"]),
        helper.make_node("Relu", ["conv0"], ["relu0"]),
    ]
    for number in range(1, len(THRESHOLDS)):
        before, after = f"relu{number - 1}", f"conv{number}"
        nodes.append(helper.make_node("Conv", [before, "one", "less"], [after]))
        nodes.append(helper.make_node("Relu", [after], [f"relu{number}"]))
    nodes.append(helper.make_node("Identity", ["relu4"], ["map"]))
    floats = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", floats, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info("map", floats, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model.SerializeToString()


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """A pack whose maps are told to be those of the tiny network, which is installed."""
    folder = tmp_path_factory.mktemp("taught")
    weights = tiny_network()
    sha256 = hashlib.sha256(weights).hexdigest()
    models = folder / "models"
    models.mkdir()
    (models / "tiny-red.onnx").write_bytes(weights)
    stated = {"file": "tiny-red.onnx", "sha256": sha256, "bytes": len(weights)}
    card = {"weights": stated, "reads_as": "salnet", "fixed_size": [48, 48]}
    (models / "tiny-red.json").write_text(json.dumps(card))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOVEATE_MODELS", str(models))
        read_card.cache_clear()
        yield replace(a_pack(folder, train=4, val=1), model={"name": "tiny-red", "sha256": sha256})
    read_card.cache_clear()


def taught_part(pack):
    part = open_part(pack, "train")
    return replace(part, teacher=teacher_attention(pack, "train", part.pictures, count=len(part)))


def test_three_layers_of_the_network_that_made_the_maps_teach(pack):
    part = taught_part(pack)
    for number in range(len(part)):
        square = Image.fromarray(part.pictures[number][..., :3])
        red = np.asarray(square.resize((48, 48), Image.Resampling.LANCZOS))[..., 0].astype(float)
        for place, threshold in enumerate(THRESHOLDS[::2]):
            squares = torch.from_numpy(np.maximum(red - threshold, 0) ** 2)[None]
            wanted = functional.adaptive_avg_pool2d(squares, 36)[0].numpy()
            scaled = 255 * wanted / max(wanted.max(), 1e-12)
            assert part.teacher[number, ..., place] == pytest.approx(scaled, abs=0.6)
    assert part.teacher.any(axis=(1, 2)).all(axis=1).sum() >= 4  # the red ones


def test_a_network_without_layers_to_follow_is_refused(pack):
    part = open_part(pack, "train")
    other = {**pack.model, "sha256": "0" * 64}
    with pytest.raises(OptionError, match="other weights of tiny-red"):
        teacher_attention(replace(pack, model=other), "train", part.pictures, count=len(part))
    drawn = {"name": "centre", "sha256": None}
    with pytest.raises(OptionError, match="centre is no network"):
        teacher_attention(replace(pack, model=drawn), "train", part.pictures, count=len(part))


def test_the_teachers_attention_is_cropped_and_mirrored_with_the_picture(pack):
    part = taught_part(pack)
    draws = central_draws(len(part), part.margin)
    draws[:, 1:3] = (0, 16)
    plain, _ = part.gather(draws)
    draws[:, 3] = 1
    mirrored, _ = part.gather(draws)
    assert plain.shape == (PICTURES, 128, 128, CHANNELS + 3)
    assert np.array_equal(plain[:, :, ::-1], mirrored)
    whole = part.teacher[5].repeat(4, axis=0).repeat(4, axis=1)
    assert np.array_equal(plain[5, ..., CHANNELS:], whole[:128, 16:])


def test_another_pictures_attention_comes_with_another_pictures_map(pack):
    part = taught_part(pack)
    draws = central_draws(len(part), part.margin)
    own, _ = part.gather(draws)
    other, _ = replace(part, maps="other").gather(draws)
    half = len(part) // 2
    assert np.array_equal(other[0, ..., CHANNELS - 1 :], own[half, ..., CHANNELS - 1 :])
    assert np.array_equal(other[..., :3], own[..., :3])


def test_the_first_step_is_taken_down_the_teachers_loss(pack, tmp_path):
    settings = Settings(epochs=1, batch=PICTURES, hidden=16)
    run_study([parse_experiment("rgb+teacher")], pack, tmp_path, seeds=[SEED], settings=settings)
    folder = tmp_path / "rgb+teacher" / f"seed-{SEED}"
    state = torch.load(folder / "network.pt", weights_only=True)
    slopes, weight = {}, None
    for kind in ("teacher", "map"):
        weight, slopes[kind] = first_slope(pack, kind)
    taken = weight - state["tower.conv1.weight"]
    misses = {
        kind: torch.linalg.norm(taken - 0.01 * (slope + 5e-4 * weight)) / torch.linalg.norm(taken)
        for kind, slope in slopes.items()
    }
    assert misses["teacher"] < 0.01
    assert misses["map"] > 0.05
    assert done_trainings(tmp_path)[0]["attention_weight"] == BETA


def first_slope(pack, kind):
    """conv1's first weights, and the slope of the loss that a map or the teacher makes."""
    part = taught_part(pack)
    images, labels = part.gather(epoch_draws(len(part), part.margin, seed=SEED, epoch=0))
    torch.manual_seed(SEED)
    network = build_network(parse_experiment("rgb"), side=128, classes=3, hidden=16).train()
    layers = attention_layers(network)
    shown = torch.from_numpy(images)
    pixels, saliency = as_floats(shown, torch.zeros(4))
    with listening(network, layers) as heard:
        loss = functional.cross_entropy(network(pixels, saliency), torch.from_numpy(labels))
    for place, name in enumerate(layers):
        wanted = saliency
        if kind == "teacher":
            wanted = shown[..., CHANNELS + place][:, None] / 255
        under = covered(wanted, network, [name])[0]
        goal = functional.adaptive_avg_pool2d(under, heard[name].shape[-1]).flatten(1)
        apart = attention(heard[name]) - functional.normalize(goal)
        loss = loss + BETA * apart.square().sum(dim=1).mean()
    weight = network.tower["conv1"].weight
    return weight.detach().clone(), torch.autograd.grad(loss, weight)[0]


def test_a_network_without_conv2_follows_the_last_layers():
    network = build_network(parse_experiment("no-conv2"), side=128, classes=3, hidden=16)
    layers = attention_layers(network)
    maps = torch.arange(3.0).reshape(1, 3, 1, 1).expand(1, 3, 128, 128)
    assert [under.unique().tolist() for under in covered(maps, network, layers)] == [[1.0], [2.0]]
