"""WebDataset shards on a disk: PART-000000.tar, PART-000001.tar, ... in one folder a set."""

from __future__ import annotations

import glob
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foveate.errors import DatasetError, printable
from foveate_research.datasets.damage import damage_told, dataset_bytes

LARGEST_FIELD = 1 << 30
"""The most bytes that a sample's field may have."""


def shard_paths(folder: Path, part: str) -> list[Path]:
    """The shards of one part ("train", "val", "test") in order; DatasetError when there is none."""
    paths = [path for path in sorted(folder.glob(f"{glob.escape(part)}-*.tar")) if path.is_file()]
    if not paths:
        raise DatasetError(
            f"{printable(folder)} holds no {printable(part)}-*.tar: "
            "give the folder with the data sets"
        )
    return paths


def read_samples(folder: Path, part: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """(key, {extension: bytes}) of every sample of a part, in the order of the shards.

    The extension is all that follows the key's first dot: "webp", "fix.npy", "mask.png".
    """
    from webdataset.tariterators import group_by_keys

    for path in shard_paths(folder, part):
        with damage_told(path, "is damaged and cannot be read as a shard: copy it again"):
            for sample in group_by_keys(_members(path)):
                fields = {name: value for name, value in sample.items() if name[:2] != "__"}
                yield sample["__key__"], fields


def _members(path: Path) -> Iterator[dict[str, Any]]:
    """The files in a tar as WebDataset groups them.

    The shard is opened here, since WebDataset takes names such as "pipe:..." for commands of a
    shell.
    """
    with path.open("rb") as stream, tarfile.open(fileobj=stream, mode="r|*") as archive:
        # tarfile takes a header that is cut off for the end.
        if path.stat().st_size % tarfile.BLOCKSIZE and _is_plain(path):
            raise EOFError("the end of the shard is missing")
        for member in archive:
            if not member.isfile():
                continue
            if member.size > LARGEST_FIELD:
                raise ValueError("a member of a size that no picture has")
            content = archive.extractfile(member)
            data = b"" if content is None else content.read()
            if len(data) < member.size:
                raise EOFError("the end of the shard is missing")
            yield {"fname": member.name, "data": data, "__url__": path.name}


def _is_plain(path: Path) -> bool:
    """Whether a tar is not compressed (POSIX.1-2017, pax, ustar interchange format)."""
    with path.open("rb") as stream:
        return stream.read(262)[257:] == b"ustar"


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
        raise DatasetError(f"{printable(folder)}: sample {printable(key)} has no .{name}")
    return fields[name]


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a set's manifest.json states, nothing where there is none. Raises DatasetError."""
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    data = dataset_bytes(path, "manifest")
    with damage_told(path, "is not JSON: mend it or unpack the set again"):
        stated = json.loads(data)
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
