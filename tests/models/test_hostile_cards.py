"""Records of strangers: refused when added, and passed over with a note where they lie already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foveate.errors import ModelError
from foveate.models.adding import add_model
from foveate.models.card_fields import parsed_card
from foveate.models.registry import list_models
from onnx_files import CARD, write_brightness

pytestmark = pytest.mark.usefixtures("users_folder")

HOSTILE: list[dict[str, Any]] = [
    {"fixed_size": "abc"},
    {"fixed_size": [40000, 40000]},
    {"fixed_size": [64]},
    {"fixed_size": [64, True]},
    {"fixed_size": [0, 64]},
    {"fixed_size": [4096, 4096]},
    {"working_size": {"longest": 1e300, "multiple": 1}},
    {"working_size": {"longest": 64, "multiple": 128}},
    {"working_size": "large"},
    {"name": "a\x1b[31mb"},
    {"summary": "two\nlines"},
    {"summary": "\u202eright to left"},
    {"summary": 3},
    {"summary": "x" * 10_000},
    {"weights": []},
    {"weights": {"licence": "\x07"}},
    {"measured": {"f": float("nan")}},
    {"adapter": "u2net"},
    {"training": json.loads("[" * 60 + "]" * 60)},
]


def record(folder: Path, changes: dict[str, Any]) -> None:
    """The record of the model "good", with changes, under the name of another model."""
    card = json.loads((folder / "good.json").read_text())
    weights = {**card["weights"], **changes.pop("weights", {})} if changes else None
    card |= {"name": "bad", **changes}
    if weights is not None:
        card["weights"] = weights
    (folder / "bad.json").write_text(json.dumps(card))


@pytest.mark.parametrize("changes", HOSTILE, ids=str)
def test_a_hostile_record_is_refused_in_one_line(changes: dict[str, Any]) -> None:
    text = json.dumps({**CARD, **changes})
    with pytest.raises(ModelError) as caught:
        parsed_card(text, "net.onnx")
    assert str(caught.value).startswith("net.onnx: its record")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["[]", "{", "{" * 100_000, '{"a": 1e999}', '"' + "x" * 2**20])
def test_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match=r"net\.onnx: its record"):
        parsed_card(text, "net.onnx")


def test_a_hostile_record_is_not_added(tmp_path: Path, users_folder: Path) -> None:
    source = write_brightness(tmp_path / "net.onnx", card={**CARD, "summary": "\x1b[2J"})
    with pytest.raises(ModelError, match="summary must be one line"):
        add_model(source)
    assert not users_folder.exists()


KEPT = [each for each in HOSTILE if each.get("weights") != []]


@pytest.mark.parametrize("changes", KEPT, ids=str)
def test_a_hostile_record_is_passed_over(
    foveate, tmp_path: Path, users_folder: Path, changes: dict[str, Any]
) -> None:
    add_model(write_brightness(tmp_path / "good.onnx"))
    record(users_folder, dict(changes))
    run = foveate("models", "--json")
    assert run.code == 0
    names = [each["name"] for each in run.objects]
    assert "good" in names
    assert "bad" not in names


def test_a_damaged_record_is_told_of_once(
    foveate, tmp_path: Path, users_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foveate.models import records

    monkeypatch.setattr(records, "_PASSED_OVER", set())
    add_model(write_brightness(tmp_path / "good.onnx"))
    record(users_folder, {"fixed_size": "abc"})
    run = foveate("models")
    assert run.code == 0
    assert run.err.count("bad.json") == 1
    assert "the model is passed over" in run.err
    assert foveate("models").err == ""


@pytest.mark.parametrize("file", ["../good.onnx", "/etc/passwd", "", None, 3])
def test_weights_outside_the_folder_are_not_read(
    tmp_path: Path, users_folder: Path, file: object
) -> None:
    add_model(write_brightness(tmp_path / "good.onnx"))
    record(users_folder, {"weights": {"file": file}})
    assert "bad" not in [entry.name for entry in list_models()]


def test_devices_are_no_models(tmp_path: Path, users_folder: Path) -> None:
    with pytest.raises(ModelError, match="is a device"):
        add_model(Path("/dev/zero"))
    users_folder.mkdir()
    (users_folder / "zeros.json").symlink_to("/dev/zero")
    assert "zeros" not in [entry.name for entry in list_models()]
