"""Batch, rate, width, size and trunk: what recipes know, what records tell, what export reads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from shards import make_data

from foveate.errors import ModelError, OptionError
from foveate_research.training.card import export
from foveate_research.training.choices import Choices, choices_in, parsed_size, shared
from foveate_research.training.labels.recipe import _RELEASED_PAPER as LABELS_PAPER
from foveate_research.training.machine import Machine
from foveate_research.training.menet.recipe import PAPER, PAPERS
from foveate_research.training.recipes import Request, get_recipe, list_recipes
from foveate_research.training.run import run_training


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


def test_a_recipe_refuses_what_it_does_not_know():
    said = "menet knows --batch and --rate and --width and --size, not --trunk"
    with pytest.raises(OptionError, match=f"^{said}$"):
        get_recipe("menet").resolved(Choices(trunk="vgg16"))
    with pytest.raises(
        OptionError, match="foveate-s knows --batch and --rate and --trunk, not --w"
    ):
        get_recipe("foveate-s").resolved(Choices(width=2))


def test_what_is_not_chosen_is_as_the_recipe_has_it():
    resolved = get_recipe("menet").resolved(Choices(width=4))
    assert resolved == Choices(batch=12, rate=3e-3, width=4, size=(96, 96))
    assert get_recipe("menet-paper").resolved(Choices()) == PAPER


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (Choices(size=(100, 100)), "menet takes squares of a multiple of 32"),
        (Choices(size=(96, 64)), "menet takes squares"),
        (Choices(width=1.5), "menet takes whole channels"),
    ],
)
def test_sizes_that_no_network_has_are_refused(choices, said):
    with pytest.raises(OptionError, match=said):
        get_recipe("menet").about(choices)


def test_sizes_are_sides_or_width_by_height():
    assert parsed_size("224") == (224, 224)
    assert parsed_size("320x240") == (320, 240)
    for text in ("", "0", "3x", "x4", "1.5", "-3", "320X240"):
        with pytest.raises(OptionError, match="give a side, such as 224, or 320x240"):
            parsed_size(text)


@given(parts=st.lists(st.integers(1, 30), min_size=1, max_size=4), total=st.integers(0, 200))
def test_a_batch_is_dealt_as_the_recipe_deals_it(parts, total):
    named = {str(place): count for place, count in enumerate(parts)}
    if total < len(parts):
        with pytest.raises(OptionError, match="one of each kind"):
            shared(total, named)
        return
    dealt = shared(total, named)
    assert sum(dealt.values()) == total
    assert min(dealt.values()) >= 1
    assert shared(sum(parts), named) == named


def test_records_tell_choices_as_words_or_numbers():
    told = {"width": "8", "size": "224", "batch": "16", "as": "menet-8"}
    assert choices_in({"options": told}, where="r") == Choices(batch=16, width=8, size=(224, 224))
    chosen = Choices(batch=2, rate=1e-4, width=0.5, size=(320, 240), trunk="vgg16")
    assert choices_in({"options": json.loads(json.dumps(chosen.told()))}, where="r") == chosen
    assert choices_in({}, where="r") == Choices()
    with pytest.raises(ModelError, match=r"run/record\.json states width wide"):
        choices_in({"options": {"width": "wide"}}, where="run/record.json")


@pytest.mark.parametrize(
    ("name", "choices", "shape"),
    [
        ("menet", Choices(width=2, size=(64, 64), batch=2), [1, 1, 64, 64]),
        ("salnet", Choices(width=1 / 32, size=(64, 48), batch=2), None),
        ("vgg-trunk", Choices(width=1 / 16, trunk="vgg16", batch=2), None),
    ],
)
def test_export_reads_what_was_chosen_from_the_runs_record(name, choices, shape, data, tmp_path):
    if name == "vgg-trunk":
        from labelled_shards import make_labelled

        make_labelled(data)
    request = Request(data=data, minutes=None, steps=1, seed=3, choices=choices)
    recipe = get_recipe(name)
    machine = Machine(accelerator="cpu", workers=1, accumulate=2)
    run_training(
        recipe, request, tmp_path, command="foveate train", machine=machine, progress_bar=False
    )
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["options"].items() >= choices.told().items()
    assert (record["accumulate"], record["devices"], record["precision"]) == (2, 1, "32-true")
    other = replace(request, choices=replace(choices, batch=3))
    with pytest.raises(OptionError, match="was trained with another --batch: choose another --out"):
        run_training(recipe, other, tmp_path, command="", machine=machine, progress_bar=False)
    card = export(recipe, tmp_path, tmp_path / "network.onnx")
    assert card["architecture"]["options"]["width"] == choices.width
    assert card["training"]["options"] == record["options"]
    if shape is not None:
        run_time = recipe.run_time(tmp_path / "last.ckpt", choices)
        with torch.inference_mode():
            assert list(run_time.module(torch.zeros(1, 3, *shape[2:]))[0].shape) == shape


def test_menets_paper_learns_by_descent_that_drops_thrice():
    from foveate_research.training.menet.recipe import PAPER_DESCENT, MEnetTraining

    network = torch.nn.Conv2d(1, 1, 1)
    module = MEnetTraining(
        network, minutes=None, steps=110_000, rate=0.1, weight_decay=1e-8, descent=PAPER_DESCENT
    )
    rates = [
        0.1 * module.rate_factor(step / 110_000)
        for step in (0, 59_999, 60_001, 89_999, 90_001, 100_001)
    ]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 1e-3, 1e-4])
    optimiser = module.configure_optimizers()
    assert isinstance(optimiser, torch.optim.SGD)
    groups = {
        group["params"][0].ndim > 1: (group["base"], group["weight_decay"])
        for group in optimiser.param_groups
    }
    assert groups == {True: (0.1, 1e-8), False: (0.2, 0.0)}
    assert (PAPERS.options(PAPER).width, PAPER.batch) == (32, 5)


@pytest.mark.parametrize("name", ["msroi-paper", "cam-paper", "msroi-released-paper"])
def test_the_label_networks_of_the_papers_stand_on_vgg16_at_full_width(name):
    recipe = get_recipe(name)
    assert (recipe.defaults.width, recipe.defaults.trunk) == (1.0, "vgg16")
    assert recipe.reads_as in {entry.name for entry in list_recipes()}
    trunk = {"width": 1.0, "layout": "vgg16", "batch_norm": False}
    assert recipe.about()["architecture"]["options"]["trunk"] == trunk


def test_two_hundred_and_fifty_seven_classes_make_the_published_number_of_weights():
    with torch.device("meta"):
        built = LABELS_PAPER.built(Choices(width=1, classes=tuple(map(str, range(257)))))
    assert sum(weight.numel() for weight in built.parameters()) == 24_573_792


def test_every_recipe_describes_itself_as_it_is_by_default():
    for recipe in list_recipes():
        assert recipe.about()["architecture"]["family"]
