"""What `--json` prints: one JSON object on each line of stdout."""

from __future__ import annotations

import json
import math
from typing import Any


def print_json(values: dict[str, Any]) -> None:
    """Prints one object on one line; NaN and infinite numbers become null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
    print(json.dumps(finite, allow_nan=False), flush=True)
