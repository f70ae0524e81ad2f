"""The MEnet paper's tables beside ours, on sets of a few generated pictures."""

from __future__ import annotations

import json

import pytest

from foveate.errors import DatasetError, ModelError
from foveate.models.adding import add_model
from foveate_research.papers.menet_sets import packed_set, sets_below
from foveate_research.papers.menet_tables import TABLES, notes_on, reproduce_table
from onnx_files import write_brightness
from tiny_sets import write_folders, write_mask_shard

MODELS = ["spectral-residual", "centre"]


@pytest.fixture
def sets(tmp_path):
    """Shards of three pictures."""
    return packed_set(write_mask_shard(tmp_path / "duts"), "test")


def test_the_sets_that_are_there_are_found_by_the_papers_names(tmp_path):
    write_folders(tmp_path / "ECSSD" / "images", tmp_path / "ECSSD" / "ground_truth_mask")
    hku = tmp_path / "HKU-IS"
    write_folders(hku / "imgs", hku / "gt", count=20, suffix=".png")
    found = sets_below(tmp_path)
    assert list(found) == ["HKU-IS", "ECSSD"]
    assert (found["HKU-IS"].part, found["HKU-IS"].count) == ("test", 3)


def test_msra1k_is_taken_from_msra10ks_test_part_where_it_lacks_a_folder(tmp_path):
    folder = tmp_path / "MSRA10K" / "Imgs"
    write_folders(folder, folder, count=10)
    assert sets_below(tmp_path)["MSRA1K"].count == 1


def test_a_folder_without_any_set_says_what_was_looked_for(tmp_path):
    with pytest.raises(DatasetError, match="looked for folders DUT-OMRON, HKU-IS, ECSSD, MSRA1K"):
        sets_below(tmp_path)


def test_a_set_that_is_laid_out_otherwise_is_an_error(tmp_path):
    (tmp_path / "ECSSD").mkdir()
    with pytest.raises(DatasetError, match="ECSSD"):
        sets_below(tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_printed_rows_and_ours_stand_side_by_side(sets, name):
    table = reproduce_table(name, sets, MODELS)
    assert table.columns[-1] == "duts test"
    assert "MEnet" in table.printed
    for model in MODELS:
        measured = table.ours[model]["duts test"]
        assert set(table.metrics) <= set(measured)
        assert all(0 <= value.low <= value.mean <= value.high <= 1 for value in measured.values())
    assert json.loads(json.dumps(table.to_dict()))["sets"]["duts test"]["part"] == "test"


@pytest.mark.usefixtures("users_folder")
def test_a_map_that_is_the_mask_has_f_near_one_and_its_training_is_told(sets, tmp_path):
    training = {"steps": 1200, "data": [{"set": "duts", "part": "train", "count": 4420}]}
    card = {
        "name": "foveate-s-mask",
        "training": training,
        "architecture": {"options": {"width": 8, "size": 96}},
    }
    add_model(write_brightness(tmp_path / "bright.onnx", card=card))
    table = reproduce_table("menet-table1", sets, ["bright"])
    measured = table.ours["bright"]["duts test"]
    assert measured["F"].mean > 0.85
    assert measured["max F"].mean > 0.95
    assert measured["MAE"].mean < 0.2
    told = "bright: trained on duts train (4,420 pictures); 1,200 steps; width 8, size 96"
    assert told in table.notes


def test_the_notes_say_what_cannot_be_compared(sets):
    notes = reproduce_table("menet-table1", sets, MODELS).notes
    assert any("trained on MSRA10K" in note for note in notes)
    assert "spectral-residual: not trained" in notes
    assert any(note.startswith("duts test: not a set of the paper") for note in notes)


def test_differences_between_unequal_trainings_are_named():
    notes = notes_on(["menet", "menet-ce", "menet-ce-only"], [])
    named = [note.partition(" are not of equal trainings")[0] for note in notes]
    assert "menet and menet-ce-only" in named
    assert "menet-ce and menet-ce-only" in named
    assert "menet and menet-ce" not in named  # one network


def test_a_split_by_hash_is_told(tmp_path):
    hku = tmp_path / "HKU-IS"
    write_folders(hku / "imgs", hku / "gt", count=20, suffix=".png")
    table = reproduce_table("menet-table4", sets_below(tmp_path), ["centre"])
    assert any(note.startswith("HKU-IS: pictures dealt by") for note in table.notes)


def test_distortions_are_the_same_for_every_run(sets):
    runs = [reproduce_table("menet-table2", sets, ["spectral-residual"]).ours for _ in range(2)]
    assert runs[0] == runs[1]


def test_without_names_those_models_are_measured_that_there_are(sets):
    table = reproduce_table("menet-table4", sets)
    assert table.ours


def test_an_unknown_model_is_an_error(sets):
    with pytest.raises(ModelError, match="nonesuch"):
        reproduce_table("menet-table1", sets, ["nonesuch"])
