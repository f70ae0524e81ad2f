"""Parameters that messages name, in the words of the command line.

Foveate's errors are raised where a caller in Python and a person at a terminal both come by. They
name a parameter between backquotes, with its value where that matters: `lossless`,
`metadata='none'`, `Limits.pixels`. A command prints the option that stands for it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from foveate.settings import Settings

_MARKED = re.compile(r"`([A-Za-z_][\w.]*)(?:=([^`]*))?`")
_OPTIONS = {
    **{field.name: "--" + field.name.replace("_", "-") for field in dataclasses.fields(Settings)},
    "size_bytes": "--size",
    "progressive": "--baseline",
    "overwrite": "--overwrite",
    **{name: f"--{name}" for name in ("codec", "preset", "crf", "bitrate", "every")},
}
_OPTIONS_OF_VALUES = {
    ("metadata", "'none'"): "--strip",
    ("progressive", "False"): "--baseline",
}
_LIMITS = ("Limits.", "VideoLimits.")
CROP = {"size_bytes": "--bytes"}
"""What `foveate crop` calls otherwise: its --size is a shape."""


def in_options(message: str, names: Mapping[str, str] | None = None) -> str:
    """The message with each parameter that it names as the option that is typed for it.

    names: options that a command calls otherwise.
    """
    options = {**_OPTIONS, **(names or {})}

    def typed(match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        if name.startswith(_LIMITS):
            return f"--limit {name.partition('.')[2]}={'N' if value is None else value}"
        if name not in options:
            return match[0]
        if (name, value) in _OPTIONS_OF_VALUES:
            return _OPTIONS_OF_VALUES[name, value]
        return (
            options[name] if value in (None, "True") else f"{options[name]} {value.strip(chr(39))}"
        )

    return _MARKED.sub(typed, message)
