"""What the pages in docs/ point at is there."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from foveate.models.registry import families, list_models
from foveate.training.recipes import list_recipes

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))
SYSTEMS = ROOT / "docs" / "saliency-systems.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_network_that_the_page_of_systems_says_was_built_is_there():
    built = re.findall(r"\*Built\* \(([^)]*)\)", SYSTEMS.read_text())
    names = {name for line in built for name in re.findall(r"`([a-z-]+)`", line)}
    assert {"msroi", "cam", "menet", "salnet"} <= names
    assert names <= {*families(), *(entry.name for entry in list_models())}


def test_the_published_sizes_can_be_trained():
    trained = {entry.name for entry in list_recipes()}
    assert {"menet-paper", "salnet-paper", "vgg-trunk"} <= trained


def test_the_pages_tables_can_be_made_from_the_results(monkeypatch):
    folder = ROOT / "benchmarks"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("systems_page", folder / "systems_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "systems_page", module)
    spec.loader.exec_module(module)
    text = module.filled(SYSTEMS.read_text(), module.TABLES)
    assert module.filled(text, module.TABLES) == text
    assert "| `foveate-s`" in text
