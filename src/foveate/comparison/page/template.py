"""Fills the page's template with its parts, style and script, and forbids it to load anything."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from string import Template

import foveate


def filled_page(*, width: int, height: int, **parts: str) -> str:
    """The page with its parts, each of them HTML.

    `width` and `height` are those of the images in the slider, in pixels. The page's policy names
    its style and script by their hashes (CSP Level 3, 2.3.1), so that no markup in a part can run
    or load anything.
    """
    style = _text("page.css") + f":root {{ --width: {width}; --height: {height}; }}\n"
    script = _text("page.js")
    return Template(_text("page.html")).substitute(
        parts,
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        version=foveate.__version__,
    )


def _text(name: str) -> str:
    return (files("foveate.comparison.page") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
