"""Sets packed as WebDataset shards, opened by what their samples hold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foveate.errors import DatasetError
from foveate_research.datasets.attention import AttentionPicture, grey_field, picture_field
from foveate_research.datasets.labels import LabelledPicture, read_classes, read_labelled
from foveate_research.datasets.sets import PictureSet
from foveate_research.datasets.shards import describe_shards, read_samples

ANSWERS = ("fix.npy", "map.png", "mask.png")
LABELS = ("cls", "json")


def open_shards(
    folder: Path, part: str
) -> PictureSet[AttentionPicture] | PictureSet[LabelledPicture]:
    """A part of a packed set: labelled where its samples have KEY.cls or KEY.json.

    The other samples are KEY.webp with KEY.fix.npy, KEY.map.png or KEY.mask.png.

    Raises:
        DatasetError: no PART-*.tar in the folder, or samples of another make.
    """
    first = next(read_samples(folder, part), None)
    if first is None:
        raise DatasetError(f"{folder}: the shards of {part} hold no samples")
    key, fields = first
    count = _stated_count(folder, part)
    facts = {
        name: value
        for name, value in describe_shards(folder, part, 0).items()
        if name in ("sha256", "terms")
    }
    if any(name in fields for name in LABELS):
        return PictureSet(
            folder.name,
            part,
            lambda: read_labelled(folder, part),
            count,
            facts,
            read_classes(folder),
        )
    if not any(name in fields for name in ANSWERS):
        raise DatasetError(
            f"{folder}: sample {key} has {', '.join(sorted(fields))}; "
            f"looked for webp with one of {', '.join((*ANSWERS, *LABELS))}"
        )
    return PictureSet(folder.name, part, lambda: read_attention(folder, part), count, facts)


def read_attention(folder: Path, part: str) -> Iterator[AttentionPicture]:
    """The pictures of a part with whatever answers their samples hold, streamed."""
    for key, fields in read_samples(folder, part):
        pixels = picture_field(fields, "webp", key, folder)
        fixations = density = mask = None
        if "fix.npy" in fields:
            points = np.load(io.BytesIO(fields["fix.npy"]), allow_pickle=False)
            fixations = points.astype(np.int16)
        if "map.png" in fields:
            density = grey_field(fields, "map.png", key, folder)
        if "mask.png" in fields:
            mask = grey_field(fields, "mask.png", key, folder)
        yield AttentionPicture(key, pixels, fixations, density, mask)


def _stated_count(folder: Path, part: str) -> int | None:
    """How many samples the manifest states for a part; None where it states nothing."""
    try:
        stated: Any = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(stated, dict):
        return None
    counts = stated.get("counts")
    count = counts.get(part) if isinstance(counts, dict) else stated.get(f"count_{part}")
    return count if isinstance(count, int) else None
