"""The commands that this package names are those that `foveate` expects of it."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

from foveate.cli.main import RESEARCH_COMMANDS

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def test_every_command_is_expected_and_is_there() -> None:
    entries = tomllib.loads(PROJECT.read_text())["project"]["entry-points"]["foveate.commands"]
    assert tuple(entries) == RESEARCH_COMMANDS
    for place in entries.values():
        module, name = place.split(":")
        assert hasattr(import_module(module), name)
