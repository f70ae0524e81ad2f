"""Training on a pack: rates, what is counted, cuts, devices' shares, surgery, studies."""

import json
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from foveate.errors import DatasetError, OptionError
from foveate_research.thesis import run
from foveate_research.thesis.attention_transfer import listening
from foveate_research.thesis.batches import Drawing, DrawnPictures, as_floats
from foveate_research.thesis.module import Classifying, rate_after
from foveate_research.thesis.names import parse_experiment
from foveate_research.thesis.networks.build import attention_layers, build_network
from foveate_research.thesis.reading import open_part
from foveate_research.thesis.run import Settings, train_experiment
from foveate_research.thesis.study import done_trainings, run_study
from tiny_packs import a_pack

SETTINGS = Settings(epochs=3, batch=6, hidden=16)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return a_pack(tmp_path_factory.mktemp("classified"), train=4, val=1)


def train(name, pack, folder, *, settings=SETTINGS, **others):
    return train_experiment(
        parse_experiment(name), pack, folder, seed=1, settings=settings, **others
    )


def test_the_rate_drops_after_epochs_24_45_and_62_of_90():
    rates = [round(rate_after(epoch, of=90), 8) for epoch in (0, 23, 24, 44, 45, 61, 62, 89)]
    assert rates == [1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5]


def test_the_drops_are_scaled_to_few_epochs():
    rates = [rate_after(step, of=30) for step in range(30)]
    assert [rates.count(rate) for rate in sorted(set(rates), reverse=True)] == [8, 7, 6, 9]


def test_weights_decay_and_biases_and_norms_do_not():
    network = build_network(parse_experiment("fan-in1+zero"), side=128, classes=3, hidden=16)
    decaying, others = Classifying(network, val_count=1).configure_optimizers().param_groups
    assert (decaying["lr"], decaying["momentum"], decaying["weight_decay"]) == (0.01, 0.9, 5e-4)
    assert others["weight_decay"] == 0
    assert len(decaying["params"]) == 5 + 2 + 3
    gates = list(network.gates.values())
    assert any(each is gates[0] for each in others["params"])


def test_pictures_and_maps_come_in_0_to_1_less_the_mean(pack):
    part = open_part(pack, "val")
    batch = DrawnPictures(part).__getitems__(list(Drawing(part, seed=None, rank=0, ranks=1)))
    pixels, saliency = as_floats(batch.images, torch.zeros(4))
    assert pixels.shape == (3, 3, 128, 128)
    assert saliency.shape == (3, 1, 128, 128)
    assert 0 <= pixels.min() < 0.3 < 0.7 < pixels.max() <= 1
    centred, _ = as_floats(batch.images, torch.tensor(pack.mean))
    expected = pixels - torch.tensor(pack.mean[:3])[:, None, None]
    assert torch.allclose(centred, expected, atol=1e-6)


def test_devices_share_an_epoch_without_overlap(pack):
    part = open_part(pack, "train")
    shares = [Drawing(part, seed=1, rank=rank, ranks=5) for rank in range(5)]
    for share in shares:
        share.set_epoch(2)
    indices = [[int(draw[0]) for draw in share] for share in shares]
    assert [len(each) for each in indices] == [2, 2, 2, 2, 2]  # 12 pictures, equal steps
    assert len({index for each in indices for index in each}) == 10
    every = [draw[0] for rank in range(5) for draw in Drawing(part, seed=None, rank=rank, ranks=5)]
    assert sorted(every) == list(range(12))


def test_a_training_tells_what_it_reached_class_by_class_and_picture_by_picture(pack, tmp_path):
    record = train("fan-in1", pack, tmp_path / "run")
    assert len(record["history"]) == 3
    assert {"train_top1", "loss", "top1", "top5", "rate"} <= set(record["history"][0])
    hits = [int(digit) for digit in record["hits"]]
    assert np.mean(hits) == pytest.approx(record["top1"], abs=1e-6)
    assert record["history"][-1]["top1"] == pytest.approx(record["top1"], abs=1e-6)
    assert record["top5"] == 1  # of three classes
    labels = np.array(record["val_labels"])
    for label, share in enumerate(record["per_class"]):
        assert share == pytest.approx(np.array(hits)[labels == label].mean(), abs=1e-5)
    assert record == json.loads((tmp_path / "run/record.json").read_text())
    assert not (tmp_path / "run/last.ckpt").exists()


def test_easy_classes_are_learnt(pack, tmp_path):
    record = train("rgb", pack, tmp_path / "run", settings=Settings(6, batch=6, hidden=16))
    assert record["history"][-1]["train_loss"] < 0.8 * record["history"][0]["train_loss"]


@pytest.fixture
def ctrl_c():
    """Lightning ignores further interruptions once there was one."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_a_cut_training_ends_as_one_that_was_not(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHECKPOINT_EVERY_S", 0.0)
    whole = train("rgb", pack, tmp_path / "whole")
    started = Classifying.on_train_epoch_start

    def cut(self):
        if self.current_epoch == 2:
            raise KeyboardInterrupt
        started(self)

    monkeypatch.setattr(Classifying, "on_train_epoch_start", cut)
    with pytest.raises(KeyboardInterrupt):
        train("rgb", pack, tmp_path / "cut")
    assert run.finished(tmp_path / "cut") is None
    assert len(run.read_record(tmp_path / "cut")["history"]) == 2
    monkeypatch.setattr(Classifying, "on_train_epoch_start", started)
    again = train("rgb", pack, tmp_path / "cut")
    assert again["hits"] == whole["hits"]
    states = [torch.load(tmp_path / name / "network.pt") for name in ("whole", "cut")]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_what_is_done_is_left_alone_and_other_settings_are_refused(pack, tmp_path):
    few = Settings(1, batch=6, hidden=16)
    record = train("rgb", pack, tmp_path / "run", settings=few)
    assert train("rgb", pack, tmp_path / "run", settings=few) == record
    with pytest.raises(OptionError, match=r"was trained otherwise \(epochs\): choose another -o"):
        train("rgb", pack, tmp_path / "run", settings=SETTINGS)


def test_a_resnet_is_taught_where_to_look(pack, tmp_path):
    few = Settings(1, batch=6)
    record = train("resnet+attention", pack, tmp_path / "run", settings=few)
    assert record["experiment"] == "resnet+attention"
    assert record["history"][0]["train_loss"] > 0


@pytest.mark.parametrize("name", ["rgb", "fan-in3", "resnet", "resnet@stage2"])
def test_taught_layers_give_maps_of_features(name):
    network = build_network(parse_experiment(name), side=128, classes=3, hidden=16).eval()
    layers = attention_layers(network)
    with listening(network, layers) as heard, torch.no_grad():
        network(torch.rand(1, 3, 128, 128), torch.rand(1, 1, 128, 128))
        assert all(heard[layer].ndim == 4 for layer in layers)


def test_a_study_trains_what_others_begin_with_first(pack, tmp_path):
    told = []
    run_study(
        [parse_experiment("rgbs+zero"), parse_experiment("rgb")],
        pack,
        tmp_path,
        seeds=[1, 2],
        settings=SETTINGS,
        tell=lambda name, seed: told.append((name, seed)),
    )
    assert told[:3] == [("rgb", 1), ("rgbs+zero", 1), ("rgb", 1)]
    records = done_trainings(tmp_path)
    assert [(r["experiment"], r["seed"], r["epochs"]) for r in records] == [
        ("rgb", 1, 3),
        ("rgb", 2, 3),
        ("rgbs+zero", 1, 1),
        ("rgbs+zero", 2, 1),
    ]
    assert records[0]["hits"] is not None


@pytest.fixture(scope="module")
def studied(pack, tmp_path_factory):
    """OUT with rgb and what goes on from it for a third of the epochs."""
    out = tmp_path_factory.mktemp("studied")
    tuned = [parse_experiment("rgb+tuned")]
    run_study(tuned, pack, out, seeds=[1], settings=Settings(3, batch=12, hidden=16))
    return out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(6, batch=12, hidden=16), "epochs 3, not 6"),
        (Settings(3, batch=6, hidden=16), "batch 12, not 6"),
        (Settings(3, batch=12, hidden=8), "hidden 16, not 8"),
    ],
)
def test_a_study_of_other_settings_is_refused_before_it_trains(pack, studied, settings, message):
    with pytest.raises(OptionError, match=f"trained otherwise .*{message}.* choose another -o"):
        run_study([parse_experiment("resnet")], pack, studied, seeds=[1], settings=settings)
    assert not (studied / "resnet").exists()


def test_a_study_of_another_pack_is_refused_before_it_trains(pack, studied):
    other, same = replace(pack, shards={}), Settings(3, batch=12, hidden=16)
    with pytest.raises(OptionError, match="a pack of pictures that is another"):
        run_study([parse_experiment("resnet")], other, studied, seeds=[1], settings=same)


def test_a_study_goes_on_where_settings_are_the_same(pack, studied):
    same = Settings(3, batch=12, hidden=16)
    run_study([parse_experiment("rgb")], pack, studied, seeds=[1], settings=same)
    assert [record["experiment"] for record in done_trainings(studied)] == ["rgb", "rgb+tuned"]


@pytest.mark.parametrize("name", ["settings.json", "record.json"])
def test_a_damaged_file_of_a_training_is_named(pack, tmp_path, name):
    few = Settings(1, batch=6, hidden=16)
    train("rgb", pack, tmp_path / "rgb" / "seed-1", settings=few)
    (tmp_path / "rgb" / "seed-1" / name).write_text("{")
    with pytest.raises(DatasetError, match=f"seed-1/{name} cannot be read: remove its folder"):
        train("rgb", pack, tmp_path / "rgb" / "seed-1", settings=few)
