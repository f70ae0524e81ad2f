"""What tests in several folders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foveate.models.records import read_card


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where added models go: a folder that is not there yet."""
    folder = tmp_path / "added-models"
    monkeypatch.setenv("FOVEATE_MODELS", str(folder))
    read_card.cache_clear()
    yield folder
    read_card.cache_clear()
