"""What the tests of both packages share: the command as a person calls it, and a user's folder."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from foveate.cli.main import main
from foveate.models.records import read_card

hypothesis.settings.register_profile("untimed", deadline=None)  # no test depends on the time
hypothesis.settings.load_profile("untimed")

# A shell's background jobs ignore Ctrl-C, and so would all that tests start and stop in this way.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Run:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def foveate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Run]:
    """Runs `foveate ARGUMENTS` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["foveate", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Run(code, printed.out, printed.err)

    return run


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where added models go: a folder that is not there yet."""
    folder = tmp_path / "added-models"
    monkeypatch.setenv("FOVEATE_MODELS", str(folder))
    read_card.cache_clear()
    yield folder
    read_card.cache_clear()
