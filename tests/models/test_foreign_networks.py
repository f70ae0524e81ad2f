"""Foreign networks run as their adapters say; NumPy says what must come out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from onnx import helper
from PIL import Image

import foveate
from foreign_networks import BIAS, WEIGHTS, write_adapter, write_network, write_weighted
from foveate.models.adapters.adapter import read_adapter
from foveate.models.adapters.adding import add_foreign_model
from foveate.models.records import read_card
from foveate.models.registry import get_model, list_models
from foveate.saliency.predict import predicted_map

pytestmark = pytest.mark.usefixtures("users_folder")
MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
NORMALISED = f"divide = 255\nmean = {list(MEAN)}\nstd = {list(STD)}\n"


def a_picture(height=48, width=64):
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([4 * x, 3 * y + x, 2 * x + 2 * y], axis=2) % 256
    pixels[10:20, 20:50] = (250, 90, 30)
    return pixels.astype(np.uint8)


def added(tmp_path, adapter, *, name="net", **network):
    source = write_weighted(tmp_path / "net.onnx", **network)
    add_foreign_model(source, write_adapter(tmp_path / "net.toml", adapter), name=name)
    return name


def weighted(pixels, *, colours="RGB", divide=255.0, mean=MEAN, std=STD):
    """What the network's fine output is, computed channel by channel."""
    order = [0, 1, 2] if colours == "RGB" else [2, 1, 0]
    total = np.full(pixels.shape[:2], BIAS)
    for place, channel in enumerate(order):
        value = (pixels[:, :, channel] / divide - mean[place]) / std[place]
        total += float(WEIGHTS[place]) * value
    return total


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def stretched(values):
    return (values - values.min()) / (values.max() - values.min())


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("colours", ["RGB", "BGR"])
def test_logits_become_probabilities_in_any_layout_and_order(tmp_path, layout, colours):
    text = (
        f'[input]\nlongest = 64\nmultiple = 16\nlayout = "{layout}"\ncolours = "{colours}"\n'
        f'{NORMALISED}[output]\nname = "fine"\nkind = "logits"\n'
    )
    name = added(tmp_path, text, layout=layout)
    found = predicted_map(a_picture(), model=name).coarse
    expected = sigmoid(weighted(a_picture(), colours=colours))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_fixed_size_squashes_the_picture_and_a_stretch_spans_0_to_1(tmp_path):
    text = (
        f"[input]\nwidth = 40\nheight = 24\n{NORMALISED}"
        '[output]\nname = "fine"\nkind = "probability"\nstretch = true\n'
    )
    name = added(tmp_path, text, sides=(24, 40), sigmoid=True)
    found = predicted_map(a_picture(), model=name).coarse
    small = Image.fromarray(a_picture()).resize((40, 24), Image.Resampling.BILINEAR)
    expected = stretched(sigmoid(weighted(np.asarray(small))))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_density_is_divided_by_its_peak_and_a_log_density_raised_first(tmp_path):
    flat = "[input]\nlongest = 64\n"
    sizes = {"scale": -0.02}
    values = BIAS - 0.02 * (a_picture() @ WEIGHTS.astype(np.float64))
    name = added(tmp_path, f'{flat}[output]\nname = "fine"\nkind = "log-density"\n', **sizes)
    found = predicted_map(a_picture(), model=name).coarse
    np.testing.assert_allclose(found, np.exp(values - values.max()), atol=1e-5)
    density = f'{flat}[output]\nname = "fine"\nkind = "density"\n'
    name = added(tmp_path, density, name="other", sigmoid=True, **sizes)
    found = predicted_map(a_picture(), model=name).coarse
    np.testing.assert_allclose(found, sigmoid(values) / sigmoid(values).max(), atol=1e-5)


def test_the_picture_may_be_divided_by_its_own_peak(tmp_path):
    dark = a_picture() // 3
    text = '[input]\nlongest = 64\ndivide = "peak"\n[output]\nname = "fine"\nkind = "logits"\n'
    found = predicted_map(dark, model=added(tmp_path, text)).coarse
    expected = sigmoid(weighted(dark, divide=dark.max(), mean=(0, 0, 0), std=(1, 1, 1)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_first_output_is_the_map_unless_another_is_named(tmp_path):
    name = added(tmp_path, '[input]\nlongest = 64\n[output]\nkind = "probability"\n')
    assert (predicted_map(a_picture(), model=name).coarse == 0.5).all()


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_a_channel_of_several_may_be_the_map(tmp_path, layout):
    last = layout == "NHWC"
    shape = [1, "h", "w", 3] if last else [1, 3, "h", "w"]
    source = write_network(
        tmp_path / "same.onnx",
        [helper.make_node("Div", ["x", "most"], ["y"])],
        takes={"x": shape},
        gives={"y": shape},
        constants={"most": np.float32(255)},
    )
    text = (
        f'[input]\nlongest = 64\nlayout = "{layout}"\n[output]\nkind = "probability"\nchannel = 1\n'
    )
    add_foreign_model(source, write_adapter(tmp_path / "a.toml", text))
    found = predicted_map(a_picture(), model="same").coarse
    np.testing.assert_allclose(found, a_picture()[:, :, 1] / 255, atol=1e-6)


@pytest.mark.parametrize("axes", [[1], [0, 1]])
def test_outputs_without_axes_of_channels_and_batch_are_maps(tmp_path, axes):
    source = write_network(
        tmp_path / "max.onnx",
        [
            helper.make_node("ReduceMax", ["x"], ["y"], axes=axes, keepdims=0),
        ],
        takes={"x": [1, 3, "h", "w"]},
        gives={"y": ["a"] * (4 - len(axes))},
        constants={},
    )
    text = '[input]\nlongest = 64\n[output]\nkind = "density"\n'
    add_foreign_model(source, write_adapter(tmp_path / "a.toml", text))
    highest = a_picture().max(axis=2)
    found = predicted_map(a_picture(), model="max").coarse
    np.testing.assert_allclose(found, highest / highest.max(), atol=1e-6)


@pytest.mark.parametrize("sigma", [None, 0.2])
def test_a_centre_bias_is_a_log_density_that_sums_to_one(tmp_path, sigma):
    source = write_network(
        tmp_path / "gaze.onnx",
        [
            helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=0),
            helper.make_node("Mul", ["grey", "little"], ["seen"]),
            helper.make_node("Add", ["seen", "bias"], ["log"]),
        ],
        takes={"image": [1, 3, "h", "w"], "bias": [1, "h", "w"]},
        gives={"log": [1, "h", "w"]},
        constants={"little": np.float32(0.01)},
    )
    stated = "" if sigma is None else f"sigma = {sigma}\n"
    text = (
        f'[input]\nname = "image"\nlongest = 64\n[centre_bias]\nname = "bias"\n{stated}'
        '[output]\nkind = "log-density"\n'
    )
    add_foreign_model(source, write_adapter(tmp_path / "a.toml", text))
    log_density = 0.01 * a_picture().mean(axis=2)
    if sigma is not None:
        y, x = (np.arange(48) + 0.5) / 48 - 0.5, (np.arange(64) + 0.5) / 64 - 0.5
        log_density -= (y[:, None] ** 2 + x**2) / (2 * sigma**2)
    found = predicted_map(a_picture(), model="gaze").coarse
    np.testing.assert_allclose(found, np.exp(log_density - log_density.max()), atol=1e-5)


def test_a_network_of_whole_numbers_is_given_them(tmp_path):
    source = write_network(
        tmp_path / "whole.onnx",
        [
            helper.make_node("Cast", ["x"], ["floats"], to=1),
            helper.make_node("ReduceMean", ["floats"], ["y"], axes=[1], keepdims=1),
        ],
        takes={"x": [1, 3, "h", "w"]},
        gives={"y": [1, 1, "h", "w"]},
        constants={},
        number=2,
    )
    text = '[input]\nlongest = 64\n[output]\nkind = "density"\n'
    add_foreign_model(source, write_adapter(tmp_path / "a.toml", text))
    mean = a_picture().mean(axis=2)
    found = predicted_map(a_picture(), model="whole").coarse
    np.testing.assert_allclose(found, mean / mean.max(), atol=1e-5)


@pytest.mark.parametrize(
    ("picture", "longest", "multiple", "size"),
    [
        ((480, 640), 512, 32, (384, 512)),
        ((640, 480), 500, 32, (480, 352)),
        ((100, 1000), 256, 8, (64, 256)),
        ((48, 64), 64, 1, (48, 64)),
    ],
)
def test_the_working_size_keeps_the_aspect(tmp_path, picture, longest, multiple, size):
    text = f'[input]\nlongest = {longest}\nmultiple = {multiple}\n[output]\nkind = "logits"\n'
    adapter = read_adapter(write_adapter(tmp_path / "a.toml", text))
    assert adapter.input.size(*picture) == size


def test_it_is_listed_steers_the_encoder_and_tells_its_origin(tmp_path, users_folder):
    text = (
        'name = "gifted"\nsummary = "a gift"\nlicence = "MIT"\nsource = "a friend"\n'
        f'[input]\nlongest = 64\n{NORMALISED}[output]\nname = "fine"\nkind = "logits"\n'
    )
    added(tmp_path, text, name=None)
    entry = get_model("gifted")
    assert entry.to_dict()["licence"] == "MIT"
    assert entry.summary == "a gift"
    assert "gifted" in {each.name for each in list_models()}
    assert json.loads((users_folder / "gifted.json").read_text())["source"] == "a friend"
    photo = np.kron(a_picture(), np.ones((4, 4, 1), np.uint8))
    assert predicted_map(photo, model="gifted").confidence > 0
    assert foveate.compress(photo, map="gifted").report.map == "gifted"
    grey = np.full((64, 64, 3), 130, np.uint8)
    assert foveate.saliency_map(grey, model="gifted").confidence == 0


def test_a_damaged_adapter_in_the_folder_is_passed_over(tmp_path, users_folder):
    name = added(tmp_path, '[input]\nlongest = 64\n[output]\nkind = "probability"\n')
    record = json.loads((users_folder / f"{name}.json").read_text())
    for damage in ({}, {"input": 3}, [1], None):
        record["adapter"] = damage
        (users_folder / f"{name}.json").write_text(json.dumps(record))
        read_card.cache_clear()
        assert name not in {each.name for each in list_models()}
