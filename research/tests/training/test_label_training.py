"""Training of the label networks: batches of three sets, masked losses, what a run exports."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from labelled_shards import make_labelled

from foveate.errors import OptionError
from foveate.models.session import outputs_of, session_of
from foveate_research.models.classes import general_classes
from foveate_research.training.card import export
from foveate_research.training.choices import Choices
from foveate_research.training.labels.losses import UNSTATED, sigmoid_loss, softmax_loss
from foveate_research.training.labels.mixing import LabelBatches, draw, follows, parted, read_parts
from foveate_research.training.labels.module import mean_average_precision
from foveate_research.training.recipes import Request, averaged_state, get_recipe
from foveate_research.training.run import run_training


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """caltech101, msrc21 and voc of a few generated pictures each."""
    folder = tmp_path_factory.mktemp("labelled")
    make_labelled(folder)
    return folder


def test_every_tenth_picture_of_several_labels_is_held_out(data):
    learnt, held_out = parted(read_parts(data))
    counts = {name: len(group) for name, group in learnt.items()}
    assert counts == {"caltech101": 8, "msrc21": 10, "voc": 2}
    assert {name: len(group) for name, group in held_out.items()} == {"msrc21": 2, "voc": 1}
    for name, group in held_out.items():
        kept = {picture.key for picture in learnt[name]}
        assert not kept & {picture.key for picture in group}
    assert [index for index in range(21) if follows("voc", index)] == [0, 10, 20]
    assert not follows("caltech101", 0)


@pytest.mark.parametrize("progress", [0.0, 0.9])
def test_a_batch_holds_every_set_with_what_each_states(data, progress):
    pictures, _ = parted(read_parts(data))
    classes = general_classes()
    stream = LabelBatches(
        pictures,
        classes,
        progress=lambda number: progress,
        seed=0,
        counts={"caltech101": 3, "msrc21": 2, "voc": 1},
    )
    batch = next(iter(stream))
    assert batch.pixels.shape[:2] == (6, 3)
    assert not any(side % 16 for side in batch.pixels.shape[2:])
    assert (max(batch.pixels.shape[2:]) > 160) == (progress > 0.5)
    grass = classes.classes.index("grass")
    assert batch.stated[:, grass].tolist() == [0, 0, 0, 1, 1, 0]
    assert batch.present[:, grass].tolist() == [0, 0, 0, 1, 1, 0]
    assert (batch.present <= batch.stated).all()


def test_a_crop_leaves_most_of_the_picture():
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 255, 200).astype(np.uint8)
    pixels = np.repeat(np.repeat(ramp[None, :, None], 100, axis=0), 3, axis=2)
    for _ in range(20):
        seen = draw(pixels, 64, 64, rng).astype(float).mean(axis=(0, 2))
        assert seen.max() - seen.min() > 0.7 * 0.7 * 255  # kept share, lowest contrast


def test_classes_that_are_not_stated_do_not_enter_the_sigmoid_loss():
    present = torch.tensor([[1.0, 0.0, 0.0]])
    stated = torch.tensor([[1.0, 1.0, 0.0]])
    low = sigmoid_loss(torch.tensor([[2.0, -1.0, -9.0]]), present, stated)
    high = sigmoid_loss(torch.tensor([[2.0, -1.0, 9.0]]), present, stated)
    assert low == high


def test_a_class_that_is_not_stated_counts_less_in_the_softmax_loss():
    logits = torch.zeros(1, 3)
    present = torch.tensor([[1.0, 0.0, 0.0]])
    loss = softmax_loss(logits, present, torch.tensor([[1.0, 1.0, 0.0]]))
    assert float(loss) == pytest.approx(np.log(1 + 1 + UNSTATED))


def test_the_sigmoid_loss_is_the_mean_cross_entropy_of_stated_classes():
    logits = torch.tensor([[0.0, 2.0]])
    loss = sigmoid_loss(logits, torch.tensor([[1.0, 0.0]]), torch.ones(1, 2))
    expected = (np.log(2) + np.log1p(np.exp(2))) / 2
    assert float(loss) == pytest.approx(expected, abs=1e-6)


def test_the_softmax_loss_shares_the_mass_among_labels():
    logits = torch.tensor([[1.0, 1.0, 1.0, 1.0]])
    present = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    assert float(softmax_loss(logits, present, torch.ones(1, 4))) == pytest.approx(np.log(4))
    one_sided = softmax_loss(torch.tensor([[9.0, 0.0, 0.0, 0.0]]), present, torch.ones(1, 4))
    balanced = softmax_loss(torch.tensor([[4.5, 4.5, 0.0, 0.0]]), present, torch.ones(1, 4))
    assert balanced < one_sided


def test_mean_average_precision_by_hand():
    scores = np.array([[3.0], [2.0], [1.0], [9.0]], np.float32)
    present = np.array([[1.0], [0.0], [1.0], [0.0]], np.float32)
    stated = np.array([[1.0], [1.0], [1.0], [0.0]], np.float32)
    assert mean_average_precision(scores, present, stated) == pytest.approx((1 + 2 / 3) / 2)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """OUT of two runs of cam, of one step each."""
    out = tmp_path_factory.mktemp("run")
    for steps in (1, 2):
        request = Request(data=data, minutes=None, steps=steps, seed=3)
        run_training(
            get_recipe("cam"), request, out, command="foveate train cam", progress_bar=False
        )
    return out


def test_a_training_goes_on_and_exports(trained, tmp_path):
    record = json.loads((trained / "record.json").read_text())
    assert record["steps"] == 2
    assert [facts["count"] for facts in record["data"]] == [8, 10, 2]
    card = export(get_recipe("cam"), trained, tmp_path / "cam.onnx")
    assert card["architecture"]["classes"] == list(general_classes().classes)
    session = session_of((tmp_path / "cam.onnx").read_bytes(), 1)
    outputs = outputs_of(session, np.zeros((224, 320, 3), dtype=np.uint8))
    assert {name: value.shape for name, value in outputs.items()} == {
        "maps": (25, 14, 20),
        "scores": (25,),
        "things": (25,),
    }
    assert outputs["things"].tolist() == [float(thing) for thing in general_classes().things]


@pytest.mark.parametrize("name", ["msroi", "msroi-fine"])
def test_a_training_begins_with_another_networks_trunk(data, trained, name):
    start = Request(data=data, minutes=None, steps=1, seed=4, start=trained / "last.ckpt")
    begun = get_recipe(name).prepare(start).module.network
    taught = averaged_state(trained / "last.ckpt")
    name = "trunk.layers.0.weight"
    assert torch.equal(begun.state_dict()[name], taught[name])


@pytest.mark.parametrize("name", ["msroi", "cam-fine", "msroi-released"])
def test_a_frozen_trunk_stays_while_the_heads_learn(data, trained, tmp_path, monkeypatch, name):
    monkeypatch.setenv("FOVEATE_FEATURES", str(tmp_path / "features"))
    monkeypatch.setattr("foveate_research.training.labels.features.SIDE", 64)
    recipe = get_recipe(name)
    request = Request(
        data=data,
        minutes=None,
        steps=2,
        seed=4,
        start=trained / "last.ckpt",
        choices=Choices(freeze=True),
    )
    out = tmp_path / "run"
    run_training(recipe, request, out, command=f"foveate train {name}", progress_bar=False)
    taught = averaged_state(trained / "last.ckpt")
    learnt = averaged_state(out / "last.ckpt")
    trunk = [key for key in taught if key.startswith("trunk.")]
    assert all(torch.equal(learnt[key], taught[key]) for key in trunk)
    begun = recipe.prepare(replace(request, choices=recipe.resolved(request.choices)))
    heads = begun.module.network.state_dict()
    assert any(not torch.equal(learnt[key], heads[key]) for key in learnt if key not in trunk)
    record = json.loads((out / "record.json").read_text())
    assert record["options"]["freeze"] is True
    assert record["features"]["side"] == 64
    assert "trunk" not in record["rates"]
    export(recipe, out, tmp_path / f"{name}.onnx")


def test_a_trunk_can_be_frozen_only_once_it_is_taught(data):
    request = Request(data=data, minutes=None, steps=1, seed=4, choices=Choices(freeze=True))
    with pytest.raises(OptionError, match="--freeze needs --start"):
        get_recipe("msroi").prepare(request)
