"""What the page can offer on this machine: formats, and what goes with each of them."""

from __future__ import annotations

from typing import Any

import foveate
from foveate.coders.registry import get_coder
from foveate.errors import OptionError
from foveate.settings import CHOICES, DEFAULT_QUALITY, DEFAULTS, QUALITIES, Settings

_BESIDE_FORMAT = ("tune", "effort", "metadata")


def choices() -> dict[str, Any]:
    """The choices as plain values.

    A format whose coder cannot be had is left out, and what does not go with a format is left out
    beside it.
    """
    return {
        "version": foveate.__version__,
        "quality": {"least": QUALITIES[0], "most": QUALITIES[1], "default": DEFAULT_QUALITY},
        "formats": {name: _beside(name) for name in CHOICES["format"] if _is_installed(name)},
        "defaults": {name: getattr(DEFAULTS, name) for name in ("format", *_BESIDE_FORMAT)},
    }


def _is_installed(file_format: str) -> bool:
    try:
        get_coder(Settings.from_dict({"format": file_format}).coder)
    except Exception:  # a library that is missing or broken
        return False
    return True


def _beside(file_format: str) -> dict[str, list[str]]:
    """The values of each choice that go with a format."""
    return {
        name: [value for value in CHOICES[name] if _goes({"format": file_format, name: value})]
        for name in _BESIDE_FORMAT
    }


def _goes(values: dict[str, str]) -> bool:
    try:
        Settings.from_dict(values)
    except OptionError:
        return False
    return True
