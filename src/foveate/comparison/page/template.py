"""Fills a page's template with its parts, style and script, and forbids it to load anything."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from string import Template

import foveate

_HERE = "foveate.comparison.page"


def filled_page(*, width: int, height: int, **parts: str) -> str:
    """The page that compares copies with their original, with its parts, each of them HTML.

    `width` and `height` are those of the images in the slider, in pixels.
    """
    more_style = f":root {{ --width: {width}; --height: {height}; }}\n"
    return sealed_page(_HERE, scripts=("page.js",), more_style=more_style, **parts)


def sealed_page(
    package: str, *, scripts: tuple[str, ...], more_style: str = "", **parts: str
) -> str:
    """A package's page.html with its parts, each of them HTML, its page.css and its scripts.

    The page's policy names its style and script by their hashes (CSP Level 3, 2.3.1), so that no
    markup in a part can run or load anything.
    """
    style = _text(_HERE, "ground.css") + _text(package, "page.css") + more_style
    script = "".join(_text(package, name) for name in scripts)
    return Template(_text(package, "page.html")).substitute(
        parts,
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        version=foveate.__version__,
    )


def _text(package: str, name: str) -> str:
    return (files(package) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
