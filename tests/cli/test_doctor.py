"""What `foveate doctor` finds, and that it says so when something is broken."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from foveate.checkup import READERS, checkup
from foveate.cli.main import app
from foveate.errors import ModelError
from foveate.settings import CHOICES


def findings(*options: str) -> tuple[int, dict[str, dict[str, object]]]:
    """The exit code, and what was printed by name."""
    done = CliRunner().invoke(app, ["doctor", "--json", "--no-speed", *options])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, {f"{line['kind']} {line['name']}": line for line in lines}


def test_every_format_every_reader_and_the_network_are_tried() -> None:
    code, found = findings()
    assert code == 0
    assert {f"writes {name}" for name in CHOICES["format"]} <= set(found)
    assert {f"reads {name}" for name in READERS} <= set(found)
    assert found["writes jpeg"]["works"]
    assert found["model foveate-s"]["works"]


def test_weights_that_changed_are_told_and_end_in_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(name: str) -> bytes:
        raise ModelError(f"{name}: the weights are not those of their record")

    monkeypatch.setattr("foveate.models.records.checked_weights", damaged)
    code, found = findings()
    assert code == 1
    assert not found["model foveate-s"]["works"]
    assert "not those of their record" in str(found["model foveate-s"]["detail"])


def test_a_reader_that_is_missing_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = {each.name: each for each in checkup(speed=False)}
    assert not found["HEIC"].works
    assert "foveate[heif]" in found["HEIC"].detail
    assert "foveate[service]" in found["foveate service"].detail
    assert not found["foveate service"].works


def test_the_table_is_for_people() -> None:
    done = CliRunner().invoke(app, ["doctor", "--no-speed"])
    assert done.exit_code == 0
    assert "foveate-s" in done.stdout
    assert "Pillow" in done.stdout
