"""Files of texts, weights and maps: what is no regular file, or too large, ends in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from foveate import FoveateError, read_picture
from foveate.cli.batch.manifest import NAME, Manifest
from foveate.models.adapters.adapter import read_adapter
from foveate.saliency.given import map_from_file
from foveate.votes.results import read_results

PICTURE = read_picture(np.zeros((8, 8), np.uint8))
READERS: dict[str, Callable[[Path], object]] = {
    "votes.json": lambda path: read_results([path]),
    "adapter.toml": read_adapter,
    "map.png": lambda path: map_from_file(path, PICTURE),
    "map.npy": lambda path: map_from_file(path, PICTURE),
}


def _link(path: Path, target: str) -> Path:
    if not os.path.exists(target):
        pytest.skip(f"there is no {target}")
    path.symlink_to(target)
    return path


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_refused_in_one_line(name: str, device: str, tmp_path: Path) -> None:
    with pytest.raises(FoveateError, match=rf"{name}: is a device; give an? ") as caught:
        READERS[name](_link(tmp_path / name, device))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_are_refused_and_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(FoveateError, match=rf"{name}: is no regular file; give an? "):
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("name", ["votes.json", "adapter.toml"])
def test_texts_of_a_gigabyte_are_not_read(name: str, tmp_path: Path) -> None:
    with open(tmp_path / name, "wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(
        FoveateError, match=rf"{name}: is larger than .* [KM]iB, the limit; give an? "
    ):
        READERS[name](tmp_path / name)


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "votes.json").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(FoveateError, match=r"votes\.json: is no text; give a file that"):
        READERS["votes.json"](tmp_path / "votes.json")


def test_a_manifest_that_nests_too_deep_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"[" * 200_000 + b"\n")
    found = Manifest(tmp_path).done(tmp_path / "a", tmp_path / "b", "", in_place=True)
    assert found is None
