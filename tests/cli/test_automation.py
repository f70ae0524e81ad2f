"""The hooks of pre-commit and the GitHub Action do what their files and their page say."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from PIL import Image

from photos import photo

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
PAGE = (ROOT / "docs" / "automation.md").read_text()
FAST = ("--map", "none", "--tune", "fidelity")


@pytest.fixture
def repository(tmp_path):
    Image.fromarray(photo(96, 128)).save(tmp_path / "large.jpg", quality=97)
    return tmp_path


def called(foveate, hook, *files):
    """Calls a hook as pre-commit does: its entry, the user's arguments, and the files."""
    program, *words = shlex.split(HOOKS[hook]["entry"])
    assert program == "foveate"
    return foveate(*words, *FAST, *files)


def test_the_hook_replaces_a_jpeg_once(foveate, repository):
    before = (repository / "large.jpg").stat().st_size
    assert called(foveate, "foveate", "large.jpg").code == 0
    once = (repository / "large.jpg").read_bytes()
    assert len(once) < 0.9 * before
    (repository / ".foveate.jsonl").unlink()  # as in another clone
    assert called(foveate, "foveate", "large.jpg").code == 0
    assert (repository / "large.jpg").read_bytes() == once


def test_the_check_fails_until_the_hook_has_run_and_changes_nothing(foveate, repository):
    before = (repository / "large.jpg").read_bytes()
    checked = called(foveate, "foveate-check", "large.jpg")
    assert checked.code == 1
    assert "large.jpg" in checked.out
    assert os.listdir(repository) == ["large.jpg"]
    assert (repository / "large.jpg").read_bytes() == before
    called(foveate, "foveate", "large.jpg")
    (repository / ".foveate.jsonl").unlink()
    assert called(foveate, "foveate-check", "large.jpg").code == 0


def test_check_goes_with_in_place(foveate, repository):
    run = foveate("compress", "--check", "large.jpg")
    assert run.code == 2
    assert "--in-place" in run.err


def test_the_page_names_every_hook_and_input():
    assert all(f"`{hook}`" in PAGE for hook in HOOKS)
    assert all(f"| `{name}` |" in PAGE for name in ACTION["inputs"])
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        assert yaml.safe_load(block)


def test_actions_are_pinned_and_inputs_reach_the_shell_as_variables_alone():
    steps = ACTION["runs"]["steps"]
    for step in steps:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
        else:
            assert "${{" not in step["run"]
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "compress --quality 80 --min-saving 10% --recursive --in-place -- ."),
        (
            {"paths": "a b\n$(id)\n", "in-place": "false", "format": "avif"},
            "compress --quality 80 --min-saving 10% --recursive --format avif -- a b $(id)",
        ),
        (
            {"check": "true"},
            "compress --quality 80 --min-saving 10% --recursive --in-place --check -- .",
        ),
    ],
)
def test_the_action_calls_the_command(tmp_path, inputs, expected):
    tool = tmp_path / "foveate"
    tool.write_text('#!/bin/sh\necho "$@"\n')
    tool.chmod(0o755)
    step = ACTION["runs"]["steps"][-1]
    given = {name: inputs.get(name, each["default"]) for name, each in ACTION["inputs"].items()}
    env = {
        name: given[re.search(r"inputs\.([\w-]+)", value).group(1)]
        for name, value in step["env"].items()
    }
    env["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    said = subprocess.run(script, env=env, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == expected
