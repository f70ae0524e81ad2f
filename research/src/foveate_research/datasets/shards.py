"""WebDataset shards on a disk: PART-000000.tar, PART-000001.tar, ... in one folder a set."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foveate.errors import DatasetError


def shard_paths(folder: Path, part: str) -> list[Path]:
    """The shards of one part ("train", "val", "test") in order; DatasetError when there is none."""
    paths = sorted(folder.glob(f"{part}-*.tar"))
    if not paths:
        raise DatasetError(f"{folder} holds no {part}-*.tar: give the folder with the data sets")
    return paths


def read_samples(folder: Path, part: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """(key, {extension: bytes}) of every sample of a part, in the order of the shards.

    The extension is all that follows the key's first dot: "webp", "fix.npy", "mask.png".
    """
    urls = [str(path) for path in shard_paths(folder, part)]
    import webdataset

    for sample in webdataset.WebDataset(urls, shardshuffle=False, empty_check=False):
        fields = {name: value for name, value in sample.items() if not name.startswith("__")}
        yield sample["__key__"], fields


def shard_bytes(samples: Iterable[tuple[str, dict[str, bytes]]]) -> bytes:
    """A shard of keys and fields; the same samples give the same bytes."""
    import webdataset

    stream = io.BytesIO()
    writer = webdataset.TarWriter(stream, encoder=False, mtime=0)
    for key, fields in samples:
        writer.write({"__key__": key, **fields})
    writer.close()
    return stream.getvalue()


def field(fields: dict[str, bytes], name: str, key: str, folder: Path) -> bytes:
    """One field of a sample; DatasetError naming folder and key when it is missing."""
    if name not in fields:
        raise DatasetError(f"{folder}: sample {key} has no .{name}")
    return fields[name]


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a set's manifest.json states, nothing where there is none. Raises DatasetError."""
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(f"{path} is not JSON: {error}") from error
    return stated if isinstance(stated, dict) else {}


def stated_terms(folder: Path) -> dict[str, str]:
    """{"terms": of use} as the set's manifest states them; empty where it does not."""
    terms = read_manifest(folder).get("terms")
    return {"terms": terms} if isinstance(terms, str) else {}


def shard_hashes(folder: Path, part: str) -> dict[str, str]:
    """The SHA-256 of each shard of a part by its file's name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shard_paths(folder, part)
    }


def describe_shards(folder: Path, part: str, count: int) -> dict[str, Any]:
    """What a record says of a part: samples and the SHA-256 of each shard, terms where stated."""
    return {
        "set": folder.name,
        "part": part,
        "count": count,
        "sha256": shard_hashes(folder, part),
        **stated_terms(folder),
    }
