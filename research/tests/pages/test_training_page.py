"""The commands of docs/training.md name options and networks that are there."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer.main

from foveate_research.cli import export, pack, train
from foveate_research.datasets.layout_table import LAYOUTS
from foveate_research.training.choices import Choices
from foveate_research.training.recipes import get_recipe, list_recipes

PAGE = Path(__file__).resolve().parents[3] / "docs" / "training.md"
APPS = {"train": train.app, "export": export.app, "pack": pack.app}
COMMANDS = [line[10:] for line in PAGE.read_text().splitlines() if line.startswith("$ foveate ")]
OURS = [words for words in map(shlex.split, COMMANDS) if words[0] in APPS]


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_each_command_is_understood(words):
    command = typer.main.get_command(APPS[words[0]])
    given = command.make_context(words[0], words[1:]).params
    if words[0] != "pack":
        recipe = get_recipe(given["name"])
    if words[0] == "train":
        recipe.resolved(Choices(given["batch"], given["rate"], given["width"]))
    sets = given.get("set") or []
    assert set([sets] if isinstance(sets, str) else sets) <= set(LAYOUTS)


def test_the_papers_recipes_are_those_of_the_page():
    text = PAGE.read_text()
    papers = [recipe.name for recipe in list_recipes() if recipe.name.endswith("-paper")]
    assert len(papers) == 5
    for name in papers:
        assert f"`{name}`" in text
