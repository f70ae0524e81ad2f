"""JPEG files made smaller from their coefficients, beside the same from decoded pixels.

Each picture is written as plain JPEG by Pillow. Foveate then makes a file of some share of its
bytes twice: once it is given the file, and once the pixels that the file shows. Both are held
against these pixels, over the salient pixels of the map and, by SSIMULACRA 2, over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import foveate
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality import psnr_hvs_m, psnr_s, ssimulacra2
from foveate.metrics.quality.psnr import salient_pixels
from foveate.pictures import read_picture
from foveate.saliency import saliency_map
from foveate.settings import Tune
from foveate_research.bench.timing import Pixels
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

QUALITIES = (70, 85, 95)
SHARES = (0.5, 0.65, 0.8, 0.9)
TUNES: tuple[Tune, ...] = ("vision", "fidelity")
METRICS = ("psnr_s", "psnr_hvs_m", "ssimulacra2", "ssimulacra2_whole")
_HIGHEST_DB = 99.0
"""What counts for a copy without error."""


def second_generation_record(
    files: Sequence[Path], *, threads: int | None, tick: Tick = ignore
) -> dict[str, Any]:
    """A row for each file, quality, tune and share, and means over files."""
    pictures = []
    for file in files:
        for quality in QUALITIES:
            pictures += _rows(file, quality, threads)
        tick(file.name)
    return head(()) | {
        "qualities": list(QUALITIES),
        "rows": [
            _summary([p for p in pictures if (p["tune"], p["share"]) == (tune, share)])
            for tune in TUNES
            for share in SHARES
        ],
        "pictures": pictures,
    }


def _rows(file: Path, quality: int, threads: int | None) -> list[dict[str, Any]]:
    source = plain_jpeg(read_picture(file).pixels, quality)
    shown = read_picture(source).pixels
    seen = saliency_map(shown)
    rows = []
    for tune in TUNES:
        for share in SHARES:
            settings = foveate.Settings(
                size_bytes=int(share * len(source)), tune=tune, threads=threads
            )
            stored = foveate.compress(source, settings=settings, map=seen)
            anew = foveate.compress(shown, settings=settings, map=seen)
            kept = _measured(shown, stored.data, seen.values)
            same = stored.data == anew.data
            lost = kept if same else _measured(shown, anew.data, seen.values)
            rows.append(
                {
                    "picture": file.stem,
                    "quality": quality,
                    "tune": tune,
                    "share": share,
                    "bytes": len(stored.data),
                    "bytes_anew": len(anew.data),
                    **{name: round(kept[name], 3) for name in METRICS},
                    **{f"{name}_anew": round(lost[name], 3) for name in METRICS},
                }
            )
    return rows


def _measured(shown: Pixels, data: bytes, saliency: Any) -> dict[str, float]:
    copy, there = read_picture(data).pixels, salient_pixels(saliency)
    found = {
        "psnr_s": psnr_s(shown, copy, saliency, data_range=255),
        "psnr_hvs_m": psnr_hvs_m(shown, copy, data_range=255, weights=there),
        "ssimulacra2": ssimulacra2(shown, copy, data_range=255, weights=there),
        "ssimulacra2_whole": ssimulacra2(shown, copy, data_range=255),
    }
    return {name: value if math.isfinite(value) else _HIGHEST_DB for name, value in found.items()}


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean and the least gain of each metric, and how many files are worse."""
    found: dict[str, Any] = {key: rows[0][key] for key in ("tune", "share")}
    found["files"] = len(rows)
    found["bytes_ratio"] = round(sum(r["bytes"] / r["bytes_anew"] for r in rows) / len(rows), 4)
    for name in METRICS:
        gains = [row[name] - row[f"{name}_anew"] for row in rows]
        found[name] = round(sum(gains) / len(gains), 2)
        found[f"{name}_worst"] = round(min(gains), 2)
        found[f"{name}_worse"] = sum(gain < 0 for gain in gains)
    return found
