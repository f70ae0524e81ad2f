"""The site of the pages is built without a warning, and asks no other machine for anything."""

from __future__ import annotations

import html.parser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

for needed in ("sphinx", "furo", "myst_parser"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install '.[docs]'")


class Loaded(html.parser.HTMLParser):
    """Collects the addresses that a browser loads by itself: all but links that are followed."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = ("src", "srcset", "data", "poster", *(["href"] if tag not in ("a", "area") else []))
        self.addresses += [value for name in names if (value := given.get(name))]


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs", ".", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    loaded = Loaded()
    for page in tmp_path.rglob("*.html"):
        loaded.feed(page.read_text(encoding="utf-8"))
    assert any(each.endswith("before-after.png") for each in loaded.addresses)
    assert not [each for each in loaded.addresses if "//" in each]
    for style in tmp_path.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(http" not in text.replace('"', "").replace("'", "")
