"""Sets packed as WebDataset shards, opened by what their samples hold."""

from __future__ import annotations

from pathlib import Path

from foveate.errors import DatasetError, printable
from foveate_research.datasets.attention import AttentionPicture, read_attention
from foveate_research.datasets.labels import LabelledPicture, read_classes, read_labelled
from foveate_research.datasets.sets import PictureSet
from foveate_research.datasets.shards import (
    read_manifest,
    read_samples,
    shard_hashes,
    stated_terms,
)

ANSWERS = ("fix.npy", "map.png", "mask.png")
LABELS = ("cls", "json")


def open_shards(
    folder: Path, part: str
) -> PictureSet[AttentionPicture] | PictureSet[LabelledPicture]:
    """A part of a packed set: labelled where its samples have KEY.cls or KEY.json.

    The other samples are KEY.webp, KEY.jpg or KEY.png with KEY.fix.npy, KEY.map.png or
    KEY.mask.png.

    Raises:
        DatasetError: no PART-*.tar in the folder, or samples of another make.
    """
    first = next(read_samples(folder, part), None)
    if first is None:
        raise DatasetError(f"{folder}: the shards of {part} hold no samples")
    key, fields = first
    count = _stated_count(folder, part)
    facts = {"sha256": shard_hashes(folder, part), **stated_terms(folder)}
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
            f"{printable(folder)}: sample {printable(key)} has "
            f"{printable(', '.join(sorted(fields)[:8]))}; "
            f"looked for webp, jpg or png with one of {', '.join((*ANSWERS, *LABELS))}"
        )
    return PictureSet(folder.name, part, lambda: read_attention(folder, part), count, facts)


def _stated_count(folder: Path, part: str) -> int | None:
    """How many samples the manifest states for a part; None where it states nothing."""
    stated = read_manifest(folder)
    counts = stated.get("counts")
    count = counts.get(part) if isinstance(counts, dict) else stated.get(f"count_{part}")
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
