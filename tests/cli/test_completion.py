"""What shells propose when the tab key is pressed."""

import pytest
import typer.completion
from typer.testing import CliRunner

from foveate.cli.completion import maps
from foveate.cli.main import app

typer.completion.completion_init()


def proposed(monkeypatch, *words):
    """What bash is told for the last of the words."""
    monkeypatch.setenv("COMP_WORDS", " ".join(["foveate", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    monkeypatch.setenv("_FOVEATE_COMPLETE", "complete_bash")
    result = CliRunner().invoke(app, [], prog_name="foveate")
    assert result.exit_code == 0
    return result.output.split()


def test_commands_and_options_are_proposed(monkeypatch):
    assert proposed(monkeypatch, "comp") == ["compress", "compare"]
    assert "--match-quality" in proposed(monkeypatch, "compress", "photo.png", "--ma")


def test_a_map_is_a_model_a_file_or_a_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auntie.png").touch()
    (tmp_path / "autumn").mkdir()
    (tmp_path / "other.png").touch()
    wanted = {"auto", "auntie.png", "autumn/"}
    assert wanted <= set(proposed(monkeypatch, "crop", "photo.png", "--map", "au"))
    assert "other.png" not in proposed(monkeypatch, "crop", "photo.png", "--map", "au")
    (tmp_path / "autumn" / "leaf.png").touch()
    within = proposed(monkeypatch, "compare", "photo.png", "--map", "autumn/l")
    assert within == ["autumn/leaf.png"]


@pytest.mark.parametrize("words", [("map", "--model"), ("video", "--map")])
def test_where_files_are_no_maps_models_alone_are_proposed(monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auntie.png").touch()
    found = proposed(monkeypatch, *words, "au")
    assert "auto" in found
    assert "auntie.png" not in found


def test_hidden_files_are_proposed_where_a_dot_was_typed_and_home_is_found(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".hidden.png").touch()
    (tmp_path / "autumn").mkdir()
    names = [name for name, _ in maps("")]
    assert "autumn/" in names
    assert ".hidden.png" not in names
    assert maps(".h") == [(".hidden.png", "")]
    assert maps("~/autu") == [("~/autumn/", "")]
