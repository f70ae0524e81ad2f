"""Files whose names are not UTF-8 are read, split, packed and recorded like all others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from foveate_research.datasets.sets import split_by_hash
from photos import photo

NAME = os.fsdecode(b"caf\xe9")


def write(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for seed, name in enumerate(names):
        Image.fromarray(photo(40, 48, seed)).save(folder / f"{name}.png")


def test_keys_are_split_by_their_bytes():
    parts = split_by_hash([NAME, "a", "b", "c"], {"train": 0.5, "val": 0.5}, seed=1)
    assert sorted(key for keys in parts.values() for key in keys) == sorted([NAME, "a", "b", "c"])


def test_a_set_of_class_folders_is_packed(foveate):
    for name in ("dog", "cat"):
        write(Path("set") / name, [NAME, *"abcdefg"])
    run = foveate("classify", "pack", "--images", "set", "-o", "pack", "--model", "centre")
    assert run.code == 0, run.err
    assert "2 classes" in run.out


@pytest.mark.parametrize("command", ["sod", "robustness"])
def test_maps_of_such_pictures_are_measured_and_recorded(foveate, command):
    write(Path("images"), [NAME, "a"])
    write(Path("masks"), [NAME, "a"])
    words = ("--model", "centre", "--images", "images", "--masks", "masks", "--save", "r.json")
    run = foveate("evaluate", command, *words)
    assert run.code == 0, run.err
    assert NAME in json.loads(Path("r.json").read_text())["rows"][0]["pictures"]
