"""Strangers' files of weights: whatever is wrong is one line, and nothing in them ever runs."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_files import blob, chunk, net, number, varint, write_net
from foveate.errors import ModelError
from foveate_research.importing.caffemodel import WireError, parse_net
from foveate_research.importing.pickled import PickleError, load_arrays
from foveate_research.importing.published import get_published
from foveate_research.importing.run import filled
from published_layers import salnet_layers, vgg_layers

SMALL = {"conv1": [np.ones((2, 3, 3, 3)), np.ones(2)], "conv2": [np.ones((1, 2, 1, 1))]}


def rng():
    return np.random.default_rng(3)


def refused(source, name="salnet"):
    with pytest.raises(ModelError) as caught:
        filled(get_published(name), source)
    said = str(caught.value)
    assert said.isprintable()
    return said.replace(f"{source.parent}/", "")


def changed(name, place, array):
    layers = salnet_layers(rng())
    layers[name] = [array if i == place else each for i, each in enumerate(layers[name])]
    return layers


def without(layers, name):
    return {key: arrays for key, arrays in layers.items() if key != name}


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            changed("conv3", 0, np.ones((16, 8, 5, 5))),
            "a.caffemodel: layer conv3, array 1: expected 16x8x3x3, found 16x8x5x5",
        ),
        (
            changed("conv5", 1, np.ones(15)),
            "a.caffemodel: layer conv5, array 2: expected 16, found 15",
        ),
        (
            changed("conv2", 1, np.full(8, np.nan)),
            "layer conv2, array 2: holds values that are no finite numbers",
        ),
        (changed("conv1", 0, np.ones((4, 4))), "layer conv1: 4 axes expected, found 4x4"),
        (changed("conv1", 0, np.ones((999, 3, 7, 7))), "layer conv1 has 999 channels, not 96"),
        (without(salnet_layers(rng()), "conv4"), "has no layer called conv4; it begins with conv1"),
        (without(salnet_layers(rng()), "conv1"), "has no layer called conv1; it begins with conv2"),
        (salnet_layers(rng()) | {"conv7": [np.ones((4, 8, 11, 11))]}, "conv7 has 1 arrays, not 2"),
        (vgg_layers(rng()), "has no layer called conv1; it begins with conv1_1, conv1_2"),
    ],
)
def test_layers_that_do_not_fit_are_named_with_both_shapes(tmp_path, layers, message):
    assert message in refused(write_net(tmp_path / "a.caffemodel", layers))


def test_two_layers_of_one_name_are_refused(tmp_path):
    layers = salnet_layers(rng())
    (tmp_path / "a.caffemodel").write_bytes(net(layers) + net({"conv9": layers["conv9"]}))
    assert "has 2 layers called conv9" in refused(tmp_path / "a.caffemodel")


def layer(*blobs: bytes, name: bytes = b"conv1") -> bytes:
    return chunk(100, chunk(1, name) + b"".join(chunk(7, each) for each in blobs))


def shaped(*sides: int, count: int = 2) -> bytes:
    packed = b"".join(varint(side) for side in sides)
    return chunk(7, chunk(1, packed)) + chunk(5, bytes(4 * count))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "holds no layer with weights"),
        (net({}), "holds no layer with weights"),
        (b"<html>no such file</html>", "is no Caffe model that can be read: "),
        (net(SMALL)[:-3], "it ends in the middle of a field"),
        (varint(100 * 8 + 2) + b"\xff" * 12, "it has a number of more than ten bytes"),
        (varint(100 * 8 + 2) + varint(1 << 62), "it ends in the middle of a field"),
        (varint(100 * 8 + 3), "it has a field of a kind that Caffe does not write"),
        (b"\x00\x01", "it has a field without a number"),
        (number(100, 5), "the field layer holds a number"),
        (layer(shaped(3)), "layer 'conv1': a blob's shape is 3, but it has 2 numbers"),
        (layer(shaped(1 << 40, 1 << 40)), "a blob's shape is 1099511627776x1099511627776"),
        (layer(shaped(*[1] * 9)), "a blob has too many axes"),
        (layer(chunk(7, chunk(1, varint(2)))), "a blob's shape is 2, but it has 0 numbers"),
        (layer(chunk(5, bytes(7))), "a blob ends in the middle of a number"),
        (layer(varint(5 * 8 + 5) + b"\x00"), "it ends in the middle of a number"),
        (layer(*[blob(np.ones(1))] * 17), "has too many blobs"),
        (layer(b"", name=b"x" * 300), "a layer's name is too long"),
        (chunk(2, chunk(1, b"\x0a\x00")), "run upgrade_net_proto_binary on it"),
        (number(3, 1) * 10_002, "it has too many fields"),
    ],
)
def test_bytes_that_caffe_does_not_write_are_one_line(tmp_path, data, message):
    (tmp_path / "a.caffemodel").write_bytes(data)
    assert message in refused(tmp_path / "a.caffemodel")


def test_names_with_control_characters_are_shown_as_escapes(tmp_path):
    (tmp_path / "a.caffemodel").write_bytes(layer(shaped(3), name=b"\x1b[31m\n"))
    assert r"layer '\x1b[31m\n'" in refused(tmp_path / "a.caffemodel")


def test_a_missing_file_is_named(tmp_path):
    for name in ("gone.caffemodel", "gone.npz", "gone.pkl"):
        assert f"{name}: no such file; check the name" in refused(tmp_path / name)


GOOD = net(SMALL) + net(SMALL, v1=True, legacy=True) + net(SMALL, packed=False)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, len(GOOD)),
)
def test_mutated_files_are_read_or_refused(places, end):
    data = bytearray(GOOD)
    for at, byte in places:
        data[at] = byte
    try:
        layers = parse_net(memoryview(bytes(data[:end])))
    except WireError:
        return
    assert sum(array.size for each in layers for array in each.arrays) * 4 <= len(data)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        parse_net(memoryview(data))
    except WireError as error:
        assert str(error)  # noqa: PT017


class Trap:
    """What a pickle may do to whoever loads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_pickle_never_runs_anything(tmp_path):
    sprung = tmp_path / "sprung"
    source = tmp_path / "a.pkl"
    for protocol in range(6):
        source.write_bytes(pickle.dumps([Trap(sprung)], protocol=protocol))
        said = refused(source)
        assert "cannot be read: it asks for posix.system: pickles of NumPy arrays alone" in said
    assert not sprung.exists()
    pickle.loads(source.read_bytes())  # the trap is real
    assert sprung.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is no pickle"),
        (b"<html>", "it is no pickle"),
        (b"hello", "it has the step OBJ"),
        (pickle.dumps([1])[:-1], "it is no pickle"),
        (b"(dp0\nI1\nibuiltins\neval\n.", "it has the step INST"),
        (b"\x80\x02cbuiltins\neval\n.", "it asks for builtins.eval"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0bcore.memmap\x93.", "it asks for numpy.core.memmap"),
        (b"\x80\x02P0\n.", "it has the step PERSID"),
        (b"\x80\x02K\x01r\xff\xff\xff\x7f.", "it has more steps than a list of weights"),
        (b"\x80\x02" + b"N" * 200_002 + b".", "it has more steps than a list of weights"),
        (
            b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}X\x01\x00\x00\x00aK\x01sb.",
            "it changes a function",
        ),
        (b"\x80\x02cnumpy\nndarray\n}b.", "it is no pickle, or a damaged one"),
        (b"\x80\x02cnumpy\nndarray\n)R.", "it has an array without contents"),
        (pickle.dumps(np.array([print], dtype=object)), "it asks for builtins.print"),
        (pickle.dumps(np.array([None], dtype=object)), "an array of something other than numbers"),
        (pickle.dumps(np.array(["a"])), "an array of something other than numbers"),
        (pickle.dumps([[[[[[]]]]]]), "its lists are deeper or longer"),
    ],
)
def test_other_pickles_are_refused(data, message):
    with pytest.raises(PickleError, match=message):
        load_arrays(data)


def test_an_array_larger_than_its_bytes_is_refused():
    honest = pickle.dumps(np.zeros(300, np.float32), protocol=2)
    lying = honest.replace(b"M" + struct.pack("<H", 300), b"M" + struct.pack("<H", 60_000))
    assert lying != honest
    with pytest.raises(PickleError, match="does not account for its bytes"):
        load_arrays(lying)


PICKLE = pickle.dumps([np.ones((2, 3), np.float32), {"a": np.ones(2)}], protocol=2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(PICKLE) - 1), st.integers(0, 255)), max_size=5),
    st.integers(0, len(PICKLE)),
)
def test_mutated_pickles_are_read_or_refused(places, end):
    data = bytearray(PICKLE)
    for at, byte in places:
        data[at] = byte
    try:
        load_arrays(bytes(data[:end]))
    except PickleError as error:
        assert str(error).isprintable()  # noqa: PT017


def test_archives_of_other_things_are_refused(tmp_path):
    source = tmp_path / "a.npz"
    source.write_bytes(b"PK no archive")
    assert "is no archive of NumPy arrays" in refused(source)
    np.savez(source, conv1_W=np.array([print], dtype=object))
    assert "is no archive of NumPy arrays" in refused(source)
    np.savez(source, conv1_W=np.array(["a"]))
    assert "has an array of something other than numbers" in refused(source)
    np.savez(source, np.ones(3))
    assert "4 axes expected, found 3" in refused(source)
    np.savez(source, np.ones((3, 3, 7, 7)), np.ones(3))
    assert "holds 2 arrays; the network has 19" in refused(source)
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        header = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': "
        archive.writestr("conv1_W.npy", header + b"(9999999999999,)}\n")
    assert "is no archive of NumPy arrays" in refused(source)


def test_menets_layers_cannot_be_told_from_a_plain_list(tmp_path):
    np.savez(tmp_path / "a.npz", np.ones((2, 3, 3, 3)))
    assert "a list without names: give MEnet's .caffemodel" in refused(tmp_path / "a.npz", "menet")
