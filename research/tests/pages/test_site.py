"""The site of the pages: it builds without a warning, asks no other machine, and fits a phone."""

from __future__ import annotations

import html.parser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
LARGEST = ("index", "tutorial", "evidence", "service", "reference/commands", "reference/api")
"""Pages of docs/ with wide tables, long lines of code, or many of them."""
TOO_WIDE = """() => [...document.querySelectorAll('article *')]
  .filter(each => !each.closest('.table-wrapper, pre'))  // which scroll by themselves
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 100))"""

for needed in ("sphinx", "furo", "myst_parser"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install '.[docs]'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site. Any warning is an error, also of a page that is in no list."""
    folder = tmp_path_factory.mktemp("site")
    told = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs", ".", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return folder


class Loaded(html.parser.HTMLParser):
    """Collects the addresses that a browser loads by itself: all but links that are followed."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = ("src", "srcset", "data", "poster", *(["href"] if tag not in ("a", "area") else []))
        self.addresses += [value for name in names if (value := given.get(name))]


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = Loaded()
    for page in site.rglob("*.html"):
        loaded.feed(page.read_text(encoding="utf-8"))
    assert any(each.endswith("before-after.png") for each in loaded.addresses)
    assert not [each for each in loaded.addresses if "//" in each]
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(http" not in text.replace('"', "").replace("'", "")


def test_commands_and_settings_are_taken_from_the_code(site: Path) -> None:
    reference = site / "docs" / "reference"
    commands = (reference / "commands.html").read_text(encoding="utf-8")
    assert 'id="foveate-models-add"' in commands
    assert "--match-quality" in commands
    assert 'id="foveate-train"' in (reference / "research-commands.html").read_text("utf-8")
    assert "From 1 to 100." in commands
    assert "match_quality" in (reference / "settings.html").read_text(encoding="utf-8")
    assert 'id="foveate.compress"' in (reference / "api.html").read_text(encoding="utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_no_page_is_wider_than_a_phone(site: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        for name in LARGEST:
            page.goto((site / "docs" / f"{name}.html").as_uri())
            assert page.locator("article h1").is_visible()
            assert page.evaluate(TOO_WIDE) == [], name
        browser.close()
