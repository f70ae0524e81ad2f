"""What the page can offer on this machine: formats, and what goes with each of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import foveate
from foveate._compress import compress
from foveate.errors import OptionError
from foveate.settings import CHOICES, DEFAULT_QUALITY, DEFAULTS, QUALITIES, Settings

_BESIDE_FORMAT = ("tune", "metadata")
_SIDE = 16


def choices() -> dict[str, Any]:
    """The choices as plain values.

    A format that cannot be written here is left out, and what does not go with a format is left
    out beside it; what goes as effort is told for each tune.
    """
    return {
        "version": foveate.__version__,
        "quality": {"least": QUALITIES[0], "most": QUALITIES[1], "default": DEFAULT_QUALITY},
        "formats": {name: _beside(name) for name in CHOICES["format"] if _is_installed(name)},
        "defaults": {
            name: getattr(DEFAULTS, name) for name in ("format", "effort", *_BESIDE_FORMAT)
        },
    }


def _is_installed(file_format: str) -> bool:
    """Whether a picture of one grey can be written in that format; what chooses one always can."""
    if file_format == "auto":
        return True
    settings = Settings.from_dict({"format": file_format, "map": "none"})
    try:
        compress(np.full((_SIDE, _SIDE), 128, np.uint8), settings=settings)
    except Exception:  # a library that is missing or broken
        return False
    return True


def _beside(file_format: str) -> dict[str, Any]:
    """The values of each choice that go with a format."""
    values: dict[str, Any] = {
        name: [value for value in CHOICES[name] if _goes({"format": file_format, name: value})]
        for name in _BESIDE_FORMAT
    }
    values["effort"] = {
        tune: [
            effort
            for effort in CHOICES["effort"]
            if _goes({"format": file_format, "tune": tune, "effort": effort})
        ]
        for tune in values["tune"]
    }
    return values


def _goes(values: dict[str, str]) -> bool:
    try:
        Settings.from_dict(values)
    except OptionError:
        return False
    return True
