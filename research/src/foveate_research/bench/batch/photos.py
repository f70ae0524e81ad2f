"""What photos of ordinary sizes cost one core, so that large jobs of them can be reckoned."""

from __future__ import annotations

import functools
import io
import statistics
from typing import Any

from PIL import Image

from foveate._compress import compress
from foveate.settings import Settings
from foveate_research.bench.timing import drawn, timed_for

SIZES = ((1152, 864), (2000, 1500), (4000, 3000))


def photo_costs(settings: Settings, *, seconds: float = 3.0) -> list[dict[str, Any]]:
    """For each size a row: a JPEG that is drawn, compressed on one thread.

    seconds: how long each is measured.
    """
    rows = []
    for width, height in SIZES:
        file = io.BytesIO()
        Image.fromarray(drawn(height, width)).save(file, "jpeg", quality=90)
        data = file.getvalue()
        made = compress(data, settings=settings)
        runs = timed_for(functools.partial(compress, data, settings=settings), seconds)
        rows.append(
            {
                "size_px": [width, height],
                "megapixels": round(width * height / 1e6, 1),
                "work_s": round(statistics.median(run.work for run in runs), 4),
                "runs": len(runs),
                "bytes_in": len(data),
                "bytes_out": len(made.data),
            }
        )
    return rows
