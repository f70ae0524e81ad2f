"""The one list of coders, by the names that `Settings.coder` gives."""

from __future__ import annotations

import importlib
from typing import cast

from foveate.coders.base import Coder

HOMES = {
    "rdo": "foveate.coders.jpeg.coder",
    "mosaic": "foveate.coders.mosaic",
    "avif": "foveate.coders.avif.coder",
    "jxl": "foveate.coders.jxl.coder",
    "webp": "foveate.coders.webp.coder",
    "auto": "foveate.coders.auto.coder",
}
"""Each module has the coder as `CODER`; it is imported when it is first asked for."""


def get_coder(name: str) -> Coder:
    """The coder of that name. Raises KeyError for a name that checked settings never give."""
    return cast(Coder, importlib.import_module(HOMES[name]).CODER)
