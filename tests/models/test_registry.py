"""The one list of models."""

import json

import pytest

from foveate.errors import ModelError
from foveate.models import packages, records
from foveate.models.records import checked_weights
from foveate.models.registry import get_model, list_models, size_of


def test_every_model_that_the_commands_name_is_there():
    names = {entry.name for entry in list_models()}
    assert names >= {
        "none",
        "centre",
        "spectral-residual",
        "foveate-s",
        "foveate-s-mask",
        "foveate-s-gaze",
    }


def test_auto_is_the_default_network():
    assert get_model("auto").name == "foveate-s"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ModelError, match="did you mean foveate-s"):
        get_model("foveate-z")


def test_a_name_like_no_other_is_answered_with_all():
    with pytest.raises(ModelError, match="spectral-residual"):
        get_model("qqqq")


def test_entries_can_be_printed_as_json():
    for entry in list_models():
        assert json.loads(json.dumps(entry.to_dict()))["name"] == entry.name


def test_the_packaged_weights_match_their_record_and_bounds():
    card = records.read_card("foveate-s")
    data = checked_weights("foveate-s")
    assert len(data) == card["weights"]["bytes"] < 20_000_000


def test_weights_that_differ_from_their_record_are_refused(tmp_path, monkeypatch):
    (tmp_path / "cards").mkdir()
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "tampered.onnx").write_bytes(b"other weights")
    record = {"weights": {"file": "tampered.onnx", "sha256": "0" * 64}}
    (tmp_path / "cards" / "tampered.json").write_text(json.dumps(record))
    monkeypatch.setattr(packages.resources, "files", lambda package: tmp_path)
    with pytest.raises(ModelError, match="does not match its record"):
        records.checked_weights("tampered")


def test_the_record_names_what_a_reader_of_a_model_needs():
    card = records.read_card("foveate-s")
    assert card["trunk"]["licence"] == "Apache-2.0"
    assert card["training"]["command"].startswith("foveate train foveate-s")
    assert {facts["set"] for facts in card["training"]["data"]} == {
        "osie",
        "gaze-more",
        "gaze-scenes",
        "duts",
    }
    assert all(facts["terms"] and facts["sha256"] for facts in card["training"]["data"])
    assert card["measured"]["rows"]


def test_a_stated_size_is_height_then_width():
    assert size_of({"fixed_size": [48, 64]}, get_model("auto"))(480, 640) == (48, 64)
