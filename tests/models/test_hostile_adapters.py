"""Strangers' adapters and networks: whatever is wrong is one line with file and key."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from foreign_networks import write_adapter, write_network, write_weighted
from foveate.errors import FoveateError, ModelError
from foveate.models.adapters.adapter import parsed_adapter
from foveate.models.adapters.adding import add_foreign_model
from foveate.models.registry import get_model

pytestmark = pytest.mark.usefixtures("users_folder")
GOOD = '[input]\nlongest = 64\n[output]\nname = "fine"\nkind = "logits"\n'


def refused(tmp_path, text, source=None):
    source = source or write_weighted(tmp_path / "net.onnx")
    with pytest.raises(ModelError) as caught:
        add_foreign_model(source, write_adapter(tmp_path / "net.toml", text))
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 400 + len(str(tmp_path))
    assert not (tmp_path / "added-models").exists()
    return said.replace(str(tmp_path) + "/", "")


def changed(line, table="input"):
    return GOOD.replace(f"[{table}]\n", f"[{table}]\n{line}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[input", "net.toml: is not TOML: "),
        ("[" * 3000, "net.toml: is not TOML: "),
        ("a = " + "[" * 30000, "net.toml: is not TOML"),
        ("x = '" + "y" * 70000 + "'", "net.toml: is larger than 64 KiB"),
        ("", "net.toml: the table [input] is missing"),
        ("[input]\nlongest = 64\n", "net.toml: the table [output] is missing"),
        ("input = 3\n[output]\n", "net.toml: input must be a table, not 3"),
        ("colour = 1\n" + GOOD, "net.toml: colour is not a key here: there are name, summary"),
        (changed("means = 1"), "net.toml: [input] means is not a key here"),
        (changed("kinds = 1", "output"), "net.toml: [output] kinds is not a key here"),
        ("name = 3\n" + GOOD, "net.toml: name must be text, not 3"),
        ("name = 'A B'\n" + GOOD, "net.toml: name: 'A B' cannot be a model's name"),
        ("name = 'centre'\n" + GOOD, "net.toml: name: the package has a model called centre"),
        ('summary = "a\\nb"\n' + GOOD, "net.toml: summary must be one line of at most 200"),
        ('summary = "\\u001b[31m"\n' + GOOD, "net.toml: summary must be one line"),
        (f"source = '{'x' * 201}'\n" + GOOD, "net.toml: source must be one line of at most 200"),
        (changed("colours = 'YUV'"), "[input] colours is 'YUV': it must be one of RGB, BGR"),
        (changed("layout = 3"), "[input] layout is 3: it must be one of NCHW, NHWC"),
        (changed("multiple = 0"), "[input] multiple is 0: it must be a whole number from 1"),
        (changed("multiple = 1.5"), "[input] multiple is 1.5: it must be a whole number"),
        (changed("multiple = true"), "[input] multiple is True: it must be a whole number"),
        (changed("multiple = 128"), "[input] multiple is more than longest, 64"),
        (changed("width = 64"), "[input] height is missing beside the other"),
        (changed("width = 64\nheight = 64"), "[input] longest contradicts width and height"),
        (GOOD.replace("longest = 64", ""), "[input] width and height are missing"),
        (GOOD.replace("64", "100000"), "[input] longest is 100000: it must be a whole number"),
        (GOOD.replace("64", "9" * 4000), "[input] longest is a huge number"),
        (GOOD.replace("64", "4000"), "[input] longest is too large: at most 2048"),
        (
            GOOD.replace("longest = 64", "width = 4096\nheight = 4096"),
            "[input] width times height is more than 4194304 pixels",
        ),
        (changed("divide = 0"), "[input] divide is 0: it must be a number above 0"),
        (changed("divide = nan"), "[input] divide is nan: it must be a number above 0"),
        (changed("divide = 'most'"), "[input] divide is 'most': it must be a number above 0"),
        (changed("mean = [1, 2]"), "[input] mean has 2 numbers: give three"),
        (changed("mean = [1, 2, 'x']"), "[input] mean is 'x': it must be a number"),
        (changed("mean = inf"), "[input] mean is inf: it must be a number"),
        (changed("std = [1, 0, 1]"), "[input] std is 0: it must be a number above 0"),
        (changed("name = 'y'"), "[input] name is 'y': the network has x"),
        (GOOD.replace("fine", "finer"), "[output] name is 'finer': the network has coarse, fine"),
        (GOOD.replace("logits", "heat"), "[output] kind is 'heat': it must be one of probability"),
        (GOOD.replace('kind = "logits"', ""), "[output] kind is missing: it is one of"),
        (changed("stretch = 1", "output"), "[output] stretch must be true or false, not 1"),
        (changed("channel = -1", "output"), "[output] channel is -1: it must be a whole number"),
        (changed("channel = 1", "output"), "[output] channel is 1, but its output is 1x1x48x64"),
        (changed("layout = 'NHWC'"), "[input] layout is NHWC, but the input is 1x3x?x?"),
        (GOOD + "[centre_bias]\n", "[centre_bias] name is missing"),
        (GOOD + "[centre_bias]\nname = 'x'\n", "the network takes x, not a picture and a centre"),
        (GOOD + "[centre_bias]\nname = 'z'\n", "[centre_bias] name is 'z': the network has x"),
        (
            GOOD.replace("logits", "probability"),
            "[output] kind is probability, but values reach from",
        ),
    ],
)
def test_a_wrong_adapter_is_one_line(tmp_path, text, message):
    assert message in refused(tmp_path, text)


def test_a_missing_adapter_or_network_is_named(tmp_path):
    source = write_weighted(tmp_path / "net.onnx")
    with pytest.raises(ModelError, match=r"gone\.toml: no such file"):
        add_foreign_model(source, tmp_path / "gone.toml")
    with pytest.raises(ModelError, match=r"gone\.onnx: no such file"):
        add_foreign_model(tmp_path / "gone.onnx", write_adapter(tmp_path / "a.toml", GOOD))
    (tmp_path / "latin.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ModelError, match=r"latin\.toml: is no text; give an adapter file"):
        add_foreign_model(source, tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"sides": (320, 320)}, "[input] height is not stated, but the network takes 320"),
        ({"layout": "NHWC"}, "[input] layout is NCHW, but the input is 1x?x?x3"),
        ({"channels": 1}, "[input] layout is NCHW, but the input is 1x1x?x?"),
        ({"batch": 4}, "the network takes 4 pictures at once"),
    ],
)
def test_a_network_of_other_sizes_is_refused(tmp_path, network, message):
    assert message in refused(tmp_path, GOOD, write_weighted(tmp_path / "b.onnx", **network))


def test_a_density_that_is_negative_is_refused(tmp_path):
    dark = write_weighted(tmp_path / "dark.onnx", scale=-1.0)
    said = refused(tmp_path, GOOD.replace("logits", "density"), dark)
    assert "[output] kind is density, but the least value is -" in said


def made(tmp_path, nodes, *, takes=None, gives=None, **constants):
    return write_network(
        tmp_path / "odd.onnx",
        nodes,
        takes=takes or {"x": [1, 3, "h", "w"]},
        gives=gives or {"fine": None},
        constants={name: np.asarray(value) for name, value in constants.items()},
    )


def test_outputs_that_are_no_maps_are_refused(tmp_path):
    log = made(tmp_path, [helper.make_node("Log", ["x"], ["fine"])])
    text = GOOD.replace("[output]\n", "[output]\nchannel = 0\n").replace("64\n", "64\nmean = 300\n")
    assert "holds values that are no finite numbers" in refused(tmp_path, text, log)
    three = made(tmp_path, [helper.make_node("Relu", ["x"], ["fine"])])
    assert "[output] channel must say which of 3" in refused(tmp_path, GOOD, three)
    mean = helper.make_node("ReduceMean", ["x"], ["fine"], axes=[2, 3], keepdims=1)
    text = GOOD.replace("[output]\n", "[output]\nchannel = 0\n")
    assert "no map of a picture" in refused(tmp_path, text, made(tmp_path, [mean]))
    scores = helper.make_node("ReduceMean", ["x"], ["fine"], axes=[1, 2, 3], keepdims=0)
    assert "is no map" in refused(tmp_path, GOOD, made(tmp_path, [scores]))
    twice = made(tmp_path, [helper.make_node("Concat", ["x", "x"], ["fine"], axis=0)])
    assert "more than one picture's" in refused(tmp_path, text, twice)
    large = made(
        tmp_path,
        [helper.make_node("Tile", ["x", "times"], ["fine"])],
        times=np.array([1, 1, 50, 50], np.int64),
    )
    assert "is no map" in refused(tmp_path, text, large)
    falls = made(
        tmp_path,
        [helper.make_node("Reshape", ["x", "shape"], ["fine"])],
        shape=np.array([1, 1, 7, 7], np.int64),
    )
    assert "odd: does not run on a picture of 64x48" in refused(tmp_path, GOOD, falls)


def test_inputs_that_are_no_pictures_are_refused(tmp_path):
    relu = helper.make_node("Relu", ["x"], ["fine"])
    flat = made(tmp_path, [relu], takes={"x": [1, "n"]})
    assert "is 1x?, not a batch of pictures" in refused(tmp_path, GOOD, flat)
    two = made(
        tmp_path,
        [helper.make_node("Add", ["x", "y"], ["fine"])],
        takes={"x": [1, 3, 8, 8], "y": [1]},
    )
    assert "the network takes x, y, not a picture alone" in refused(tmp_path, GOOD, two)


def test_values_that_turn_out_wrong_on_a_later_picture_name_the_model(tmp_path):
    root = made(
        tmp_path,
        [
            helper.make_node("ReduceMax", ["x"], ["most"], axes=[1], keepdims=1),
            helper.make_node("Sub", ["most", "limit"], ["over"]),
            helper.make_node("Neg", ["over"], ["under"]),
            helper.make_node("Sqrt", ["under"], ["fine"]),
        ],
        limit=np.float32(254),
    )
    add_foreign_model(root, write_adapter(tmp_path / "a.toml", GOOD))
    white = np.full((8, 8, 3), 255, np.uint8)
    entry = get_model("odd")
    with pytest.raises(ModelError, match=r"^odd: its output holds values that are no finite"):
        entry.predict(white, 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["name", "width", "height", "longest", "multiple", "divide", "mean", "std", "kind", "channel"]
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4) | VALUES


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["input", "output", "centre_bias"]), TABLES))
def test_any_values_give_an_adapter_or_one_printable_line(values):
    said = ""
    try:
        adapter = parsed_adapter(values, "net.toml")
    except FoveateError as error:
        said = str(error)
    else:
        height, width = adapter.input.size(480, 640)
        assert 0 < height * width <= 1 << 22
    assert said == "" or re.match(r"net\.toml: \S", said)
    assert said == "" or said.isprintable()
