"""A user's own weights beside the package's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import foveate
from foveate.errors import ModelError, OptionError, OutputError
from foveate.models.adding import add_model
from foveate.models.entry import Prediction
from foveate.models.keeping import keep, remove_model
from foveate.models.registry import get_model, list_models
from foveate.models.trial import is_map
from onnx_files import CARD, write_brightness

pytestmark = pytest.mark.usefixtures("users_folder")


def a_picture() -> np.ndarray:
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:, 48:] = 200
    return pixels


def test_added_weights_make_maps_by_their_name(tmp_path, users_folder):
    source = write_brightness(tmp_path / "bright.onnx")
    added = add_model(source)
    assert (added.name, added.reads_as) == ("bright", "foveate-s-mask")
    assert added.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert sorted(path.name for path in users_folder.iterdir()) == ["bright.json", "bright.onnx"]
    values = foveate.saliency_map(a_picture(), model="bright").values
    assert values[32, 80] == pytest.approx(200 / 255, abs=1e-3)
    assert values[32, 10] == pytest.approx(0, abs=1e-3)


def test_added_weights_steer_the_encoder(tmp_path):
    add_model(write_brightness(tmp_path / "bright.onnx"))
    assert foveate.compress(a_picture(), map="bright").report.map == "bright"


def test_the_record_keeps_what_the_file_tells_and_states_the_weights(tmp_path, users_folder):
    source = write_brightness(tmp_path / "bright.onnx")
    add_model(source, name="brighter")
    record = json.loads((users_folder / "brighter.json").read_text())
    assert record["training"] == CARD["training"]
    assert record["reads_as"] == "foveate-s-mask"
    assert record["weights"] == {
        "licence": "CC0-1.0",
        "file": "brighter.onnx",
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "bytes": source.stat().st_size,
    }


def test_a_network_of_one_size_is_shown_every_picture_at_it(tmp_path, users_folder):
    add_model(write_brightness(tmp_path / "bright.onnx", fixed=(64, 64)))
    assert json.loads((users_folder / "bright.json").read_text())["fixed_size"] == [64, 64]
    assert get_model("bright").size(480, 640) == (64, 64)
    values = foveate.saliency_map(a_picture(), model="bright").values
    assert values[32, 80] == pytest.approx(200 / 255, abs=1e-3)


def test_a_record_may_name_the_family_apart_from_itself(tmp_path):
    card = {"name": "my-net", "reads_as": "foveate-s-mask"}
    assert add_model(write_brightness(tmp_path / "a.onnx", card=card)).reads_as == "foveate-s-mask"


def test_another_reading_of_the_outputs_may_be_asked_for(tmp_path):
    source = write_brightness(tmp_path / "a.onnx", gives="gaze")
    assert add_model(source, reads_as="foveate-s-gaze").reads_as == "foveate-s-gaze"
    assert foveate.saliency_map(a_picture(), model="a").model == "a"


def test_a_reading_that_there_is_not_is_wrong_usage(tmp_path):
    source = write_brightness(tmp_path / "a.onnx")
    with pytest.raises(OptionError, match="no network is called 'nonesuch': there are foveate-s,"):
        add_model(source, reads_as="nonesuch")


def test_weights_changed_on_the_disk_are_refused(tmp_path, users_folder):
    add_model(write_brightness(tmp_path / "bright.onnx"))
    write_brightness(users_folder / "bright.onnx", highest=300.0)
    with pytest.raises(ModelError, match="add the model again"):
        foveate.saliency_map(a_picture(), model="bright")


def test_a_second_of_one_name_replaces_the_first_only_when_asked(tmp_path):
    add_model(write_brightness(tmp_path / "bright.onnx"))
    foveate.saliency_map(a_picture(), model="bright")
    write_brightness(tmp_path / "bright.onnx", highest=510.0)
    with pytest.raises(OutputError, match="bright was added before: use --overwrite"):
        add_model(tmp_path / "bright.onnx")
    add_model(tmp_path / "bright.onnx", overwrite=True)
    values = foveate.saliency_map(a_picture(), model="bright").values
    assert values.max() == pytest.approx(100 / 255, abs=1e-2)


def test_a_removed_model_is_gone(tmp_path, users_folder):
    add_model(write_brightness(tmp_path / "bright.onnx"))
    remove_model("bright")
    assert not list(users_folder.iterdir())
    assert "bright" not in {entry.name for entry in list_models()}
    with pytest.raises(ModelError, match="no added model is called 'bright': there are none"):
        remove_model("bright")


def test_the_packages_models_cannot_be_removed():
    with pytest.raises(ModelError, match="belongs to the package"):
        remove_model("foveate-s")


@pytest.mark.parametrize("name", ["foveate-s", "centre", "auto"])
def test_a_name_of_the_package_is_taken(tmp_path, name):
    source = write_brightness(tmp_path / "bright.onnx")
    with pytest.raises(OptionError, match="give another with --name"):
        add_model(source, name=name)


@pytest.mark.parametrize("name", ["Bright", "a.b", "../a", "", "-a"])
def test_a_name_that_options_could_not_take_is_refused(tmp_path, name):
    with pytest.raises(OptionError, match="cannot be a model's name"):
        add_model(write_brightness(tmp_path / "bright.onnx"), name=name)


def test_a_stated_hash_is_checked(tmp_path):
    source = write_brightness(tmp_path / "bright.onnx")
    with pytest.raises(ModelError, match="its SHA-256 is"):
        add_model(source, sha256="0" * 64)
    add_model(source, sha256=hashlib.sha256(source.read_bytes()).hexdigest().upper())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"gone\.onnx: no such file"):
        add_model(tmp_path / "gone.onnx")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "a.onnx").write_bytes(b"not a network")
    with pytest.raises(ModelError, match="is not an ONNX file that runs here"):
        add_model(tmp_path / "a.onnx")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"card": None}, "carries no record: write it with foveate export, or say by --adapter"),
        ({"card": "{"}, "its record is damaged"),
        ({"card": "[1]"}, "its record is damaged"),
        ({"card": {"name": "nonesuch"}}, "the family 'nonesuch'; there are foveate-s,"),
        ({"takes": "image"}, "takes image, not pixels"),
        ({"gives": "other"}, "has no output 'mask', which foveate-s-mask reads"),
        ({"card": {"name": "foveate-s"}}, "has no output 'mix'"),
    ],
)
def test_a_file_that_would_not_serve_is_refused_and_nothing_kept(
    tmp_path, users_folder, changes, message
):
    source = write_brightness(tmp_path / "a.onnx", **changes)
    with pytest.raises(ModelError, match=message) as caught:
        add_model(source)
    assert "\n" not in str(caught.value)
    assert not users_folder.exists()


def test_damaged_records_in_the_folder_are_passed_over(users_folder):
    users_folder.mkdir()
    (users_folder / "odd.json").write_text("{")
    assert get_model("auto").name == "foveate-s"


def test_the_folder_follows_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("FOVEATE_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    added = add_model(write_brightness(tmp_path / "bright.onnx"))
    assert added.weights == Path(tmp_path / "data" / "foveate" / "models" / "bright.onnx")


def test_a_model_whose_weights_cannot_be_written_is_none(tmp_path):
    weights = tmp_path / "bright.onnx"
    weights.mkdir()
    with pytest.raises(OutputError):
        keep(weights, b"network", {"name": "bright"}, overwrite=True)
    assert not weights.with_suffix(".json").exists()


@pytest.mark.parametrize(
    ("values", "good"),
    [
        ([[0.0, 1.0]], True),
        ([[0.0, np.nan]], False),
        ([[0.0, 1.5]], False),
        ([[-0.5, 1.0]], False),
        ([[[0.5]]], False),
    ],
)
def test_a_map_has_rows_and_columns_of_shares(values, good):
    assert is_map(Prediction(np.array(values, np.float32), 1.0)) == good
