"""The formats beside each other: their bytes at one quality, and what is seen at equal bytes.

Each picture is compressed for a client that takes every format, once with a quality and once with
the bytes of plain JPEG. The report of such a call tells, for each format, its bytes and the error
that is seen in it; nothing is measured anew here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import foveate
from foveate.errors import OptionError
from foveate_research.intervals import mean_estimate
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

EVERY = "image/avif,image/webp,image/jxl,image/jpeg"
PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "imagecodecs")
BESIDE = "jpeg"
"""The format that the others' bytes are a share of."""


def formats_record(
    files: Sequence[Path],
    *,
    quality: int = 80,
    match_quality: int = 50,
    threads: int | None = None,
    tick: Tick = ignore,
) -> dict[str, Any]:
    """A row a format at a quality and one at plain JPEG's bytes, with intervals over pictures.

    Raises OptionError where a format cannot be written here, or a picture has none of it.
    """
    kept: list[dict[str, Any]] = []
    fitted: list[dict[str, Any]] = []
    for file in files:
        kept.append(_tried(file, quality=quality, threads=threads))
        fitted.append(_tried(file, match_quality=match_quality, threads=threads))
        tick(file.name)
    return head(PACKAGES) | {
        "quality": quality,
        "match_quality": match_quality,
        "at_quality": at_quality(kept),
        "at_bytes": at_bytes(fitted),
        "pictures": {
            file.stem: {"at_quality": first, "at_bytes": second}
            for file, first, second in zip(files, kept, fitted, strict=True)
        },
    }


def at_quality(pictures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By format: bytes as a share of the JPEG's, how often it is the smallest, what is seen."""
    smallest = [min(of, key=lambda name: of[name]["bytes"]) for of in pictures]
    return [
        {
            "format": name,
            "bytes_of_jpeg": _mean(of[name]["bytes"] / of[BESIDE]["bytes"] for of in pictures),
            "smallest": smallest.count(name),
            "seen": _mean(of[name]["seen"] for of in pictures),
        }
        for name in pictures[0]
    ]


def at_bytes(pictures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By format: what is seen as a share of plain JPEG of as many bytes, and how often least."""
    least = [min(of, key=lambda name: of[name]["seen"]) for of in pictures]
    return [
        {
            "format": name,
            "seen": _mean(of[name]["seen"] for of in pictures),
            "least": least.count(name),
        }
        for name in pictures[0]
    ]


def _tried(file: Path, **target: Any) -> dict[str, dict[str, float]]:
    """The bytes and what is seen of each format of one picture."""
    made = foveate.compress(file, format="auto", accept=EVERY, **target)
    tried: list[dict[str, Any]] = made.report.coder["tried"]
    for one in tried:
        if "bytes" not in one:
            raise OptionError(f"{file.name}: {one['format']} is left out: {one['left_out']}")
    return {one["format"]: {name: one[name] for name in ("bytes", "seen")} for one in tried}


def _mean(numbers: Any) -> dict[str, object]:
    return mean_estimate(list(numbers)).to_dict()
