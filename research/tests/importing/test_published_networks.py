"""Published weights compute in our networks what their authors' definitions compute."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from torch.nn import functional

import menet_layers
from caffe_files import write_net
from foveate_research.importing.pickled import load_arrays
from foveate_research.importing.published import get_published
from foveate_research.importing.run import filled
from published_layers import (
    VGG_MEAN,
    conv,
    drawn,
    salnet_layers,
    salnet_map,
    tensors,
    vgg_features,
    vgg_layers,
)

CLOSE = {"rtol": 0, "atol": 1e-4}


def rng():
    return np.random.default_rng(7)


def a_picture(height=64, width=48):
    return rng().integers(0, 256, (height, width, 3), dtype=np.uint8)


def shown(picture):
    return torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32))


def run(design, picture):
    with torch.inference_mode():
        return design.network(shown(picture))


def close(found, expected):
    """Within 1e-4 of the largest value, and not all the same."""
    scale = float(expected.abs().max())
    assert float(expected.std()) > 1e-3 * scale > 0
    torch.testing.assert_close(found / scale, expected / scale, **CLOSE)


@pytest.fixture(scope="module")
def cam_layers():
    layers = vgg_layers(rng())
    layers["CAM_conv"] = conv(rng(), 64, 16, 3)
    layers["CAM_fc"] = [drawn(rng(), 9, 64), rng().normal(0, 1, 9).astype(np.float32)]
    return layers


@pytest.fixture(scope="module")
def msroi_layers():
    layers = vgg_layers(rng())
    layers["conv6_1"] = conv(rng(), 2, 32, 3)
    depthwise = drawn(rng(), 32, 2, 3, 3, fan=9)  # multiplier, inputs
    layers["depth"] = [depthwise, rng().normal(0, 0.1, 64).astype(np.float32)]
    layers["conv6"] = conv(rng(), 64, 64, 3)
    layers["GAP"] = [drawn(rng(), 11, 64)]
    return layers


def cam_expected(layers, picture):
    # the channels of Caffe's picture of means, blue first
    features = vgg_features(layers, picture, (104.00699, 116.66877, 122.67891))
    weight, bias = tensors(layers["CAM_conv"])
    halves = [
        functional.conv2d(half, weight[part], bias[part], padding=1)
        for half, part in zip(features.chunk(2, 1), (slice(32), slice(32, 64)), strict=True)
    ]
    features = functional.relu(torch.cat(halves, dim=1))
    weight, bias = tensors(layers["CAM_fc"])
    maps = torch.einsum("kc,bchw->bkhw", weight, features)
    return features.mean(dim=(2, 3)) @ weight.T + bias, maps


def msroi_expected(layers, picture):
    features = vgg_features(layers, picture, VGG_MEAN)
    features = functional.conv2d(features, *tensors(layers["conv6_1"]), padding=1)
    weight, bias = tensors(layers["depth"])
    spread = [
        functional.conv2d(features[:, k : k + 1], weight[q, k][None, None], padding=1)
        for k in range(2)
        for q in range(32)
    ]
    features = torch.cat(spread, dim=1) + bias[None, :, None, None]
    features = functional.conv2d(features, *tensors(layers["conv6"]), padding=1)
    (weight,) = tensors(layers["GAP"])
    maps = torch.einsum("kc,bchw->bkhw", weight, features)
    return features.mean(dim=(2, 3)) @ weight.T, maps


@pytest.mark.parametrize("v1", [False, True])
@pytest.mark.parametrize("how", [{}, {"legacy": True}, {"packed": False}, {"doubles": True}])
def test_salnet_from_every_form_of_caffes_files(tmp_path, v1, how):
    layers = salnet_layers(rng())
    source = write_net(tmp_path / "salnet.caffemodel", layers, v1=v1, **how)
    design = filled(get_published("salnet"), source)
    close(run(design, a_picture()), salnet_map(layers, a_picture()))
    assert design.options == {"width": 3 / 96}


def test_vgg16_keeps_its_dense_layers_out(tmp_path):
    layers = vgg_layers(rng())
    layers["fc6"] = [drawn(rng(), 8, 32 * 49), np.zeros(8, np.float32)]
    source = write_net(tmp_path / "vgg.caffemodel", layers, v1=True, legacy=True)
    expected = vgg_features(layers, a_picture()).square().mean(1, keepdim=True)
    close(run(filled(get_published("vgg16"), source), a_picture()), expected)


def test_cam_with_two_groups_and_a_bias_that_its_maps_leave_out(tmp_path, cam_layers):
    source = write_net(tmp_path / "cam.caffemodel", cam_layers, v1=True, legacy=True)
    found = run(filled(get_published("cam"), source), a_picture())
    for ours, theirs in zip(found, cam_expected(cam_layers, a_picture()), strict=True):
        close(ours, theirs)


def in_tensorflows_order(layers):
    """Kernels height, width, inputs, outputs; dense layers inputs, outputs."""
    named = {}
    for name, arrays in layers.items():
        first = arrays[0]
        turned = first.transpose(2, 3, 1, 0) if first.ndim == 4 else first.T
        named[f"{name}/W"] = turned
        named |= {f"{name}/b": each for each in arrays[1:]}
    return named


def test_msroi_from_tensorflows_variables(tmp_path, msroi_layers):
    variables = in_tensorflows_order(msroi_layers) | {"conv1_1/W/Adam": np.zeros(3)}
    np.savez(tmp_path / "msroi.npz", **variables)
    found = run(filled(get_published("msroi"), tmp_path / "msroi.npz"), a_picture())
    for ours, theirs in zip(found, msroi_expected(msroi_layers, a_picture()), strict=True):
        close(ours, theirs)


def test_vgg16_in_tensorflows_order_and_for_rgb(tmp_path):
    layers = vgg_layers(rng())
    named = in_tensorflows_order(layers)
    named["conv1_1/W"] = named["conv1_1/W"][:, :, ::-1]
    renamed = {name.replace("/", "_"): values for name, values in named.items()}
    np.savez(tmp_path / "vgg16_weights.npz", **renamed)
    design = filled(get_published("vgg16"), tmp_path / "vgg16_weights.npz", rgb=True)
    expected = vgg_features(layers, a_picture()).square().mean(1, keepdim=True)
    close(run(design, a_picture()), expected)


def flat(layers):
    return [each for arrays in layers.values() for each in arrays]


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("shape", ["list", "lasagne", "by name"])
def test_lists_and_dictionaries_of_arrays(tmp_path, cam_layers, protocol, shape):
    kept = {
        "list": flat(cam_layers),
        "lasagne": {"param values": flat(cam_layers), "synset words": ["cat"]},
        "by name": cam_layers,
    }[shape]
    (tmp_path / "cam.pkl").write_bytes(pickle.dumps(kept, protocol=protocol))
    found = run(filled(get_published("cam"), tmp_path / "cam.pkl"), a_picture())
    close(found[1], cam_expected(cam_layers, a_picture())[1])


def test_lists_of_theanos_kernels_are_turned_around_when_asked(tmp_path):
    layers = salnet_layers(rng())
    turned = [each[..., ::-1, ::-1] if each.ndim == 4 else each for each in flat(layers)]
    np.savez(tmp_path / "salnet.npz", *turned)
    design = filled(get_published("salnet"), tmp_path / "salnet.npz", flip=True)
    close(run(design, a_picture()), salnet_map(layers, a_picture()))


def test_menet_by_the_numbers_of_its_layers(tmp_path):
    picture = a_picture(64, 64)
    layers, features, logits = menet_layers.run(shown(picture), 2, rng=rng())
    assert len(layers) == 61 + 11 + 72 + 72
    source = write_net(tmp_path / "menet.caffemodel", layers)
    found = run(filled(get_published("menet"), source), picture)
    close(found.logits, logits)
    close(found.features, features)


def test_a_pickle_of_python_2_is_read(tmp_path):
    # protocol 2 of Python 2 keeps an array's bytes as text of eight bits
    array = np.arange(4, dtype="<f4")
    raw = array.tobytes()
    ancient = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x04\x85cnumpy\ndtype\nU\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb\x89U" + bytes([len(raw)]) + raw + b"tb."
    )
    np.testing.assert_array_equal(load_arrays(ancient), array)


def test_columns_first_arrays_keep_their_order():
    array = np.asfortranarray(np.arange(12, dtype=np.float32).reshape(3, 4))
    for protocol in (2, 5):
        found = load_arrays(pickle.dumps([array, array.T], protocol=protocol))
        np.testing.assert_array_equal(found[0], array)
        np.testing.assert_array_equal(found[1], array.T)
