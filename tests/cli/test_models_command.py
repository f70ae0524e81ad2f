"""`foveate models add` and `remove`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from onnx_files import write_brightness
from photos import write_photo

pytestmark = pytest.mark.usefixtures("users_folder")


def test_an_added_model_is_listed_shows_its_hash_and_makes_maps(foveate) -> None:
    write_brightness(Path("bright.onnx"))
    write_photo("photo.png")
    added = foveate("models", "add", "bright.onnx")
    assert added.code == 0
    assert hashlib.sha256(Path("bright.onnx").read_bytes()).hexdigest() in added.out
    assert "bright" in foveate("models").out
    done = foveate("map", "photo.png", "--model", "bright", "--json")
    assert done.objects[0]["model"] == "bright"
    done = foveate("compress", "photo.png", "--map", "bright", "--json")
    assert done.code == 0
    assert foveate("models", "remove", "bright").out == "bright: removed\n"
    assert "bright" not in foveate("models").out


def test_adding_in_json_tells_name_family_and_hash(foveate) -> None:
    write_brightness(Path("x.onnx"))
    told = foveate("models", "add", "x.onnx", "--name", "lamp", "--json").objects[0]
    assert (told["name"], told["reads_as"]) == ("lamp", "foveate-s-mask")
    assert told["sha256"] == hashlib.sha256(Path("x.onnx").read_bytes()).hexdigest()


def test_a_bad_file_is_one_line(foveate) -> None:
    Path("notes.onnx").write_text("hello")
    run = foveate("models", "add", "notes.onnx")
    assert run.code == 1
    assert run.err == "foveate: notes.onnx: is not an ONNX file that runs here\n"


def test_a_name_of_the_package_is_wrong_usage(foveate) -> None:
    write_brightness(Path("centre.onnx"))
    run = foveate("models", "add", "centre.onnx")
    assert run.code == 2
    assert "give another with --name" in run.err
