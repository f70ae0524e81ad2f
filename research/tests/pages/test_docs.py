"""What the pages in docs/ point at is there."""

import re
from pathlib import Path

import pytest

import foveate
from foveate import errors
from foveate.models.registry import families, list_models
from foveate_research.training.recipes import list_recipes

ROOT = Path(__file__).resolve().parents[3]
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


def test_every_error_stands_on_the_page_of_errors():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    named = [each.__name__ for each in kinds if issubclass(each, errors.FoveateError)]
    assert len(named) > 10
    assert not [name for name in named if f"`{name}`" not in page.replace("foveate.Fov", "Fov")]


def test_every_public_name_stands_in_the_reference():
    reference = "".join(p.read_text() for p in (ROOT / "docs" / "reference").glob("*.md"))
    for name in foveate.__all__:
        shown = (f":: foveate.{name}\n", f"| `{name}`", f"`foveate.{name}`")
        assert any(each in reference for each in shown), name
    assert {"compress", "Settings", "PictureError"} <= set(foveate.__all__)
