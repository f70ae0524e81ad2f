"""Published sets as they unpack, and packed ones, as what a training learns from."""

from __future__ import annotations

import json

import pytest
import torch
from published_sets import FIXATIONS, LABELS, MASKS, write_published
from shards import make_data

from foveate.errors import DatasetError, OptionError
from foveate_research.cli.train import SetOptions
from foveate_research.training.card import export
from foveate_research.training.choices import Choices, choices_in
from foveate_research.training.machine import Machine
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training

SMALL = {
    "menet": Choices(batch=2, width=1, size=(32, 32)),
    "salnet": Choices(batch=2, width=1 / 64, size=(64, 48)),
    "msroi": Choices(batch=4, width=1 / 32),
    "cam": Choices(batch=4, width=1 / 32),
    "vgg-trunk": Choices(batch=2, width=1 / 32),
    "foveate-s": Choices(batch=3),
}
CASES = [
    *(("menet", name) for name in MASKS),
    *(("salnet", name) for name in FIXATIONS),
    *(("msroi", name) for name in (*LABELS, "pascal-voc")),
]


def asked(recipe, roots, data=None, **more):
    sets = tuple((name, root) for name, root in roots.items())
    return Request(data, None, 1, 1, choices=SMALL[recipe], sets=sets, **more)


def stepped(recipe, request):
    """The loss of one training step, and what the record would say of the sets."""
    prepared = get_recipe(recipe).prepare(request)
    loss = prepared.module.training_step(next(iter(prepared.batches)), 0)
    assert torch.isfinite(loss)
    loss.backward()
    return prepared


@pytest.mark.parametrize(("recipe", "name"), CASES)
def test_each_published_layout_trains(recipe, name, tmp_path):
    write_published(name, tmp_path)
    prepared = stepped(recipe, asked(recipe, {name: tmp_path}))
    (facts,) = prepared.facts["data"]
    assert facts["set"] == name
    assert facts["count"] >= 4


def test_several_sets_train_together(tmp_path):
    for name in ("ecssd", "msra10k"):
        write_published(name, tmp_path / name)
    roots = {name: tmp_path / name for name in ("ecssd", "msra10k")}
    prepared = stepped("menet", asked("menet", roots))
    assert [facts["set"] for facts in prepared.facts["data"]] == ["ecssd", "msra10k"]
    assert len(prepared.batches.pictures) == sum(f["count"] for f in prepared.facts["data"])


def test_labels_of_one_name_in_two_sets_are_one_class(tmp_path):
    for name in ("caltech-256", "caltech-101"):
        write_published(name, tmp_path / name)
    roots = {name: tmp_path / name for name in ("caltech-256", "caltech-101")}
    prepared = stepped("cam", asked("cam", roots))
    assert prepared.facts["options"]["classes"] == ("ant", "bee")
    batch = next(iter(prepared.batches))
    assert batch.present.sum(dim=1).tolist() == [1, 1, 1, 1]


def test_a_network_of_ones_own_classes_goes_on_and_exports(tmp_path):
    write_published("pascal-voc", tmp_path / "voc")
    request = asked("msroi", {"pascal-voc": tmp_path / "voc"})
    recipe, machine = get_recipe("msroi"), Machine(accelerator="cpu")
    for _ in range(2):  # the second goes on from the first
        run_training(recipe, request, tmp_path, command="", machine=machine, progress_bar=False)
    card = export(recipe, tmp_path, tmp_path / "network.onnx")
    assert len(card["architecture"]["classes"]) == 20
    assert "person" in card["architecture"]["classes"]
    assert "background" not in card["architecture"]["classes"]


def test_shards_of_ones_own_train(tmp_path):
    make_data(tmp_path)
    alone = Request(None, None, 1, 1, choices=SMALL["menet"], shards=(tmp_path / "duts",))
    prepared = stepped("menet", alone)
    (facts,) = prepared.facts["data"]
    assert (facts["set"], list(facts["sha256"])) == ("duts", ["train-000000.tar"])


def test_a_set_in_place_of_one_kind_leaves_the_others_to_the_data(tmp_path):
    make_data(tmp_path, val=1)
    write_published("osie", tmp_path / "published")
    request = asked("foveate-s", {"osie": tmp_path / "published"}, data=tmp_path)
    facts = get_recipe("foveate-s").prepare(request).facts["data"]
    assert [(each["set"], each["count"]) for each in facts] == [
        ("osie", 4),
        ("gaze-scenes", 6),
        ("duts", 6),
    ]


def test_a_trunk_learns_from_any_pictures(tmp_path):
    write_published("caltech-101", tmp_path)
    stepped("vgg-trunk", asked("vgg-trunk", {"caltech-101": tmp_path}))


@pytest.mark.parametrize(
    ("recipe", "name", "said"),
    [
        ("menet", "caltech-101", "caltech-101 is a set of labels: this training takes masks"),
        ("salnet", "ecssd", "ecssd is a set of masks: this training takes fixations"),
        ("cam", "ecssd", "ecssd is a set of masks: this training takes labels"),
    ],
)
def test_a_set_of_another_kind_is_refused(recipe, name, said, tmp_path):
    write_published(name, tmp_path)
    with pytest.raises(OptionError, match=said):
        get_recipe(recipe).prepare(asked(recipe, {name: tmp_path}))


@pytest.mark.parametrize("named", [{"sets": (("caltech-101", "A"),)}, {"shards": ("A",)}])
def test_a_label_network_on_the_published_trunk_takes_no_named_sets(named):
    with pytest.raises(OptionError, match="on a frozen trunk learns from --data only"):
        get_recipe("cam-lite").prepare(Request(None, None, 1, 1, **named))


def test_what_cannot_be_trained_on_is_told(tmp_path):
    with pytest.raises(OptionError, match="no part to train on: there are crowd, mit"):
        get_recipe("salnet").prepare(asked("salnet", {"gaze-test": tmp_path}))
    with pytest.raises(DatasetError, match=r"ECSSD .*looked for"):
        get_recipe("menet").prepare(asked("menet", {"ecssd": tmp_path}))
    with pytest.raises(OptionError, match="give --data, the folder with the data sets"):
        get_recipe("menet").prepare(asked("menet", {}))
    with pytest.raises(OptionError, match="one --root for each --set: there are 2 sets, 1 roots"):
        SetOptions(set=["a", "b"], root=[tmp_path]).sets()


def test_records_tell_ones_own_classes_as_export_reads_them(tmp_path):
    write_published("caltech-101", tmp_path)
    told = get_recipe("cam").prepare(asked("cam", {"caltech-101": tmp_path})).facts["options"]

    assert choices_in({"options": json.loads(json.dumps(told))}, where="r").classes == (
        "ant",
        "bee",
    )
