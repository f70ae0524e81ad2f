"""The command that makes the same file as the page."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

from foveate.settings import DEFAULTS
from foveate.web.asked import Asked

_SHOWN = ("tune", "effort", "metadata", "format", "subsampling")
"""Settings that are told where they are not the usual ones."""


def map_name(name: str) -> str:
    """What the file of a painted map is called."""
    return f"{PurePosixPath(name).stem}.painted.png"


def command(name: str, asked: Asked) -> str:
    """The command for a picture of that name."""
    settings = asked.settings
    if asked.aspect is None:
        words = ["foveate", "compress", _path(name)]
    else:
        words = ["foveate", "crop", _path(name), "--aspect", asked.aspect]
    if settings.size_bytes is not None:
        words += ["--size" if asked.aspect is None else "--bytes", str(settings.size_bytes)]
    else:
        words += ["--quality", str(settings.quality)]
    for field in _SHOWN:
        value = getattr(settings, field)
        if value != getattr(DEFAULTS, field):
            words += [f"--{field}", str(value)]
    for box in settings.protect:
        words += ["--protect", ",".join(map(str, box))]
    if asked.strokes:
        words += ["--map", _path(map_name(name))]
    return shlex.join(words)


def _path(name: str) -> str:
    """The name as the command takes it, also where it begins like an option."""
    return f"./{name}" if name.startswith("-") else name
