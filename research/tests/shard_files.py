"""Shards of generated samples, with the manifest of a labelled set beside them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Sample = tuple[str, Mapping[str, bytes]]
"""A key, and the bytes of its fields by extension."""


def noise(height: int = 16, width: int = 24) -> np.ndarray:
    """(height, width, 3) of noise."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(pixels: np.ndarray, kind: str = "WEBP") -> bytes:
    """A picture's file, without loss where its format can."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, lossless=True)
    return stream.getvalue()


def write_shard(path: Path, samples: Iterable[Sample]) -> None:
    """One shard of the samples, in a folder that is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for key, fields in samples:
            for name, data in fields.items():
                entry = tarfile.TarInfo(f"{key}.{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))


def write_set(
    folder: Path,
    classes: Sequence[str],
    samples: Iterable[Sample],
    part: str = "val",
    **stated: Any,
) -> None:
    """One shard, and a manifest that states the classes and whatever else is given."""
    write_shard(folder / f"{part}-000000.tar", samples)
    (folder / "manifest.json").write_text(json.dumps({"classes": list(classes), **stated}))
