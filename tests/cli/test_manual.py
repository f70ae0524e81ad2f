"""The manual page foveate(1)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from foveate.cli.main import app
from foveate.cli.manual import manual

PAGE = Path(__file__).parents[2] / "docs" / "foveate.1"


def test_the_page_says_what_the_help_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(app), "run scripts/man"
    for words in ("foveate compress IN", "foveate models add", '.BI "\\-\\-tune" " vision|'):
        assert words in PAGE.read_text(encoding="utf-8")
    assert "[bold]" not in PAGE.read_text(encoding="utf-8")


def test_the_page_is_well_formed() -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    told = subprocess.run(
        ["mandoc", "-Tlint", "-Werror", PAGE], capture_output=True, text=True, check=False
    ).stdout
    assert told == ""
