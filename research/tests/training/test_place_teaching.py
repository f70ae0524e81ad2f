"""The second stage of a label network's training: the first's maps say where classes are."""

import json

import pytest
import torch
from labelled_shards import make_labelled

from foveate.errors import ModelError, OptionError
from foveate_research.architectures.cam import CAM
from foveate_research.architectures.lite_trunk import LiteOptions
from foveate_research.architectures.msroi import MSROI, LabelOptions
from foveate_research.architectures.weights_file import WeightsFile
from foveate_research.models.classes import general_classes
from foveate_research.training.choices import Choices, choices_in
from foveate_research.training.labels.features import FeatureBatch
from foveate_research.training.labels.losses import sigmoid_loss, softmax_loss
from foveate_research.training.labels.module import LabelTraining
from foveate_research.training.labels.places import PlaceTargets, place_loss, place_targets
from foveate_research.training.labels.recipe import PAPER_OPTIONS
from foveate_research.training.recipes import Request, get_recipe
from foveate_research.training.run import run_training

UNSURE = -1


def told(targets):
    """1 where a class is, 0 where it is not, UNSURE elsewhere, as lists of rows."""
    there, absent = targets
    assert not (there * absent).any()
    return torch.where(there > 0, 1, torch.where(absent > 0, 0, UNSURE))[0].flatten(1).tolist()


def test_the_places_of_a_known_map():
    # one row of five places; the highest values are 2, 4, 1 and 1
    maps = torch.tensor(
        [
            [2.0, 1.0, 0.8, 0.4, 0.0],  # there
            [0.0, 1.6, 4.0, 1.2, 0.8],  # there
            [0.9, 1.0, 1.0, 1.0, 1.0],  # not there
            [1.0, 1.0, 0.5, 1.0, 1.0],  # not stated
        ]
    )[None, :, None, :]
    present = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    stated = torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    found = told(place_targets(maps, present, stated))
    assert found == [
        [1, 1, 0, 0, 0],  # shares 1, .5, .4 (outdone), .2, 0
        [0, UNSURE, 1, UNSURE, 0],  # shares 0, .4 (.5 is not above .4 / .8), 1, .3, .2
        [0, 0, 0, 0, 0],
        [UNSURE] * 5,
    ]


def test_a_map_that_is_zero_everywhere_is_nowhere_there():
    maps = torch.zeros(1, 1, 2, 2)
    found = told(place_targets(maps, torch.ones(1, 1), torch.ones(1, 1)))
    assert found == [[0, 0, 0, 0]]


def test_a_place_loss_weighs_both_kinds_of_places_alike():
    """Three places where the class is absent count as much as the one where it is there."""
    logits = torch.tensor([[[[0.0, 2.0, 2.0, 2.0, 9.0]], [[1.0] * 5]]])
    there = torch.tensor([[[[1.0, 0.0, 0.0, 0.0, 0.0]], [[0.0] * 5]]])
    absent = torch.tensor([[[[0.0, 1.0, 1.0, 1.0, 0.0]], [[1.0] * 5]]])
    present, stated = torch.tensor([[1.0, 0.0]]), torch.ones(1, 2)
    loss = place_loss(logits, PlaceTargets(there, absent), present, stated)
    cost = torch.nn.functional.softplus
    first = (cost(torch.tensor(-0.0)) + cost(torch.tensor(2.0))) / 2
    second = cost(torch.tensor(1.0))
    assert float(loss) == pytest.approx(float((first + second) / 2), abs=1e-6)


@pytest.mark.parametrize(("kind", "loss"), [(MSROI, sigmoid_loss), (CAM, softmax_loss)])
def test_nothing_flows_into_the_teacher(kind, loss):
    torch.manual_seed(1)
    options = LabelOptions(trunk=LiteOptions(), hidden=8, reach=1, likeness=2.0, surroundings=3.0)
    network, teacher = kind(options), kind(options)
    present, stated = torch.zeros(2, 25), torch.ones(2, 25)
    present[:, 0] = 1
    batch = FeatureBatch(torch.rand(2, network.trunk.out_channels, 4, 4), present, stated)
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    losses, modules = [], []
    for given in (None, teacher):
        module = LabelTraining(
            network,
            loss,
            teacher=given,
            taught=True,
            held_out=[],
            classes=general_classes(),
            minutes=None,
            steps=4,
        )
        module.log = lambda *args, **kwargs: None
        losses.append(module.training_step(batch, 0))
        losses[-1].backward()
        modules.append(module)
    targets = modules[1].targets_of(batch)
    assert not targets.there.requires_grad
    assert targets.there[:, 0].any()
    _, maps = network.of_features(network.trunk.normed(batch.features))
    expected = place_loss(network.of_places(maps), targets, present, stated).detach()
    added = (losses[1] - losses[0]).detach()
    assert float(added) == pytest.approx(float(expected), rel=1e-3)
    assert all(parameter.grad is None for parameter in teacher.parameters())
    after = teacher.state_dict()  # its norms have not followed the batch
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert modules[1].state_dict().keys() == modules[0].state_dict().keys()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    make_labelled(folder)
    return folder


def as_checkpoint(network, folder):
    """A file that a training might have left, and what it says of itself beside it."""
    folder.mkdir()
    averaged = {f"average.{name}": value for name, value in network.state_dict().items()}
    torch.save({"state_dict": averaged}, folder / "last.ckpt")
    (folder / "record.json").write_text(json.dumps({"command": "foveate train first"}))
    return folder / "last.ckpt"


@pytest.mark.parametrize(("name", "kind"), [("msroi", MSROI), ("cam", CAM)])
def test_a_cut_training_ends_with_the_weights_of_one_that_was_not(
    data, name, kind, tmp_path, monkeypatch
):
    monkeypatch.setenv("FOVEATE_FEATURES", str(data / "features"))
    monkeypatch.setattr("foveate_research.training.labels.features.SIDE", 64)
    first = as_checkpoint(kind(PAPER_OPTIONS), tmp_path / "first")
    request = Request(
        data=data,
        minutes=None,
        steps=4,
        seed=4,
        start=first,
        choices=Choices(freeze=True, teacher=WeightsFile.at(first)),
    )

    def train(out):
        run_training(get_recipe(name), request, out, command="", progress_bar=False)
        return torch.load(out / "last.ckpt", weights_only=False)

    whole = train(tmp_path / "whole")
    usual = LabelTraining.on_train_batch_end

    def stops(module, *args):
        usual(module, *args)
        if module.global_step == 3:
            module.trainer.should_stop = True

    with monkeypatch.context() as cut:
        cut.setattr(LabelTraining, "on_train_batch_end", stops)
        assert train(tmp_path / "cut")["global_step"] == 3
    went_on = train(tmp_path / "cut")
    assert went_on["global_step"] == whole["global_step"] == 4
    for weights, value in whole["state_dict"].items():
        assert torch.equal(went_on["state_dict"][weights], value), weights
    record = json.loads((tmp_path / "cut" / "record.json").read_text())
    assert record["options"]["teacher"] == request.choices.teacher.told()
    assert record["taught_by"] == {"command": "foveate train first"}


def test_a_teacher_that_does_not_fit_is_refused(data, tmp_path, monkeypatch):
    monkeypatch.setenv("FOVEATE_FEATURES", str(data / "features"))
    monkeypatch.setattr("foveate_research.training.labels.features.SIDE", 64)
    first = as_checkpoint(MSROI(PAPER_OPTIONS), tmp_path / "first")
    other = as_checkpoint(MSROI(PAPER_OPTIONS), tmp_path / "other")
    cam = as_checkpoint(CAM(PAPER_OPTIONS), tmp_path / "cam")

    def prepare(teacher):
        choices = Choices(freeze=True, teacher=WeightsFile.at(teacher))
        get_recipe("msroi").prepare(Request(data, None, 1, 4, start=first, choices=choices))

    prepare(first)
    with pytest.raises(OptionError, match=r"--teacher last\.ckpt stands on another trunk: give"):
        prepare(other)
    with pytest.raises(ModelError, match=r"cam/last\.ckpt does not fit this network: it lacks"):
        prepare(cam)


def test_records_tell_the_teacher():
    chosen = Choices(teacher=WeightsFile("last.ckpt", "0" * 64))
    assert choices_in({"options": json.loads(json.dumps(chosen.told()))}, where="r") == chosen
    with pytest.raises(OptionError, match=r"msroi-released knows .*, not --teacher"):
        get_recipe("msroi-released").resolved(chosen)
