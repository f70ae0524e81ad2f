"""A network's life by commands: train, export, add, map."""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from foveate.cli.main import main
from foveate_research.training import recipes


@pytest.fixture(scope="module", autouse=True)
def tiny_recipes() -> Iterator[None]:
    """Puts the recipes of tests beside the package's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "HOMES", (*recipes.HOMES, "tiny_recipe"))
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """OUT of `foveate train tiny-shade`."""
    out = tmp_path_factory.mktemp("runs") / "tiny-shade"
    arguments = ["train", "tiny-shade", "--data", str(out), "--out", str(out), "--steps", "3"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["foveate", *arguments, "--no-export"])
        with pytest.raises(SystemExit) as end:
            main()
    assert not end.value.code
    return out


@pytest.fixture
def foveate(monkeypatch, capsys, tmp_path):
    """Runs `foveate ARGUMENTS` in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["foveate", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return run


def test_a_training_passes_on_no_words_of_lightning(foveate, tmp_path, caplog):
    out = tmp_path / "run"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        arguments = ("tiny-shade", "--data", tmp_path, "--out", out, "--steps", "1", "--no-export")
        assert foveate("train", *arguments)[0] == 0
        again = ("tiny-shade", "--data", tmp_path, "--out", out, "--steps", "2", "--no-export")
        assert foveate("train", *again)[0] == 0
    of_lightning = [str(one.message) for one in said if "lightning" in one.filename]
    assert of_lightning == []
    assert caplog.records == []


def test_a_shipped_training_lies_in_the_package(trained, foveate, monkeypatch, tmp_path):
    monkeypatch.setattr("foveate_research.training.card.MODELS", tmp_path)
    assert foveate("export", "tiny-shade", "--run", trained, "--ship")[0] == 0
    card = json.loads((tmp_path / "cards" / "tiny-shade.json").read_text())
    data = (tmp_path / "weights" / "tiny-shade.onnx").read_bytes()
    assert card["weights"]["sha256"] == hashlib.sha256(data).hexdigest()
    code, _, err = foveate("export", "tiny-shade", "--run", trained, "--ship", "-o", "x.onnx")
    assert (code, "leave out -o" in err) == (2, True)


def test_an_exported_training_carries_its_record(trained, foveate):
    code, out, _ = foveate("export", "tiny-shade", "--run", trained, "-o", "shade.onnx")
    assert code == 0
    data = Path("shade.onnx").read_bytes()
    assert hashlib.sha256(data).hexdigest() in out
    session = onnxruntime.InferenceSession(data)
    card = json.loads(session.get_modelmeta().custom_metadata_map["foveate.card"])
    assert (card["name"], card["reads_as"]) == ("tiny-shade", "foveate-s-mask")
    assert card["training"]["steps"] == 3
    assert card["training"]["command"].startswith("foveate train tiny-shade")


@pytest.mark.usefixtures("users_folder")
def test_an_exported_file_is_added_and_makes_maps(trained, foveate):
    assert foveate("export", "tiny-shade", "--run", trained, "-o", "shade.onnx")[0] == 0
    assert foveate("models", "add", "shade.onnx")[0] == 0
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:, 48:] = 255
    Image.fromarray(pixels).save("photo.png")
    assert foveate("map", "photo.png", "--model", "shade")[0] == 0
    state = torch.load(trained / "last.ckpt", weights_only=False)["state_dict"]
    bright = 1 / (1 + np.exp(-float(state["average.mix.weight"].sum())))
    with Image.open("photo.map.png") as image:
        levels = np.asarray(image)
    assert levels[32, 80] == pytest.approx(255 * bright, abs=1.5)
    assert levels[32, 10] == pytest.approx(127.5, abs=1.5)


def test_the_file_goes_beside_the_checkpoint_and_replaces_nothing_unasked(trained, foveate):
    assert foveate("export", "tiny-shade", "--run", trained)[0] == 0
    assert (trained / "tiny-shade.onnx").is_file()
    code, _, err = foveate("export", "tiny-shade", "--run", trained)
    assert code == 1
    assert "exists already; use --overwrite" in err
    assert foveate("export", "tiny-shade", "--run", trained, "--overwrite")[0] == 0


def test_a_folder_without_a_training_is_named(foveate):
    Path("empty").mkdir()
    code, _, err = foveate("export", "tiny-shade", "--run", "empty")
    assert (code, err) == (
        1,
        "foveate: empty holds no last.ckpt: give foveate train's --out folder\n",
    )


def test_a_checkpoint_of_another_network_is_refused(trained, foveate):
    code, _, err = foveate("export", "foveate-s", "--run", trained, "-o", "other.onnx")
    assert code == 1
    assert "holds another network than foveate-s" in err
    assert not Path("other.onnx").exists()


@pytest.mark.parametrize("command", ["train", "export"])
def test_an_unknown_name_is_wrong_usage_and_answered_with_those_there_are(
    trained, foveate, command
):
    rest = ["--data", ".", "--out", "x", "--steps", 1] if command == "train" else ["--run", trained]
    code, _, err = foveate(command, "nonesuch", *rest)
    assert code == 2
    assert "no training is called 'nonesuch'" in err
    assert "foveate-s, " in err
    assert "tiny-shade" in err


@pytest.mark.parametrize("command", ["train", "export"])
def test_help_lists_the_networks(foveate, command):
    code, out, _ = foveate(command, "--help")
    assert code == 0
    assert "tiny-shade: brightness, for tests" in out
