"""The one list of coders, by the names that `Settings.coder` gives."""

from __future__ import annotations

import importlib
from typing import cast

from foveate.coders.base import Coder

_HOMES = {
    "rdo": "foveate.coders.jpeg.coder",
    "mosaic": "foveate.coders.mosaic",
}
"""Each module has the coder as `CODER`; it is imported when it is first asked for."""


def coder_names() -> tuple[str, ...]:
    """The names of all coders."""
    return tuple(_HOMES)


def get_coder(name: str) -> Coder:
    """The coder of that name. Raises KeyError for a name that checked settings never give."""
    return cast(Coder, importlib.import_module(_HOMES[name]).CODER)
