"""Shards whose samples can be read in any order: where each field lies in its tar, by number.

Shards that are not compressed need no unpacking for this: a sample is a few bytes at a known place.
"""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, printable
from foveate_research.datasets.shards import shard_paths

_NAME = re.compile(r"((?:.*/)?[^./]+)\.([^/]+)")
_ABSENT = -1

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class IndexedShards:
    """One part of a set: `len`, keys, and the bytes of each sample's fields.

    shard (N,): which of the files. fields: {extension: (N, 2) offset and size}; -1 where a sample
    has no such field.
    """

    files: tuple[Path, ...]
    keys: tuple[str, ...]
    shard: npt.NDArray[np.int32]
    fields: dict[str, Places]

    def __len__(self) -> int:
        return len(self.keys)

    def has(self, index: int, name: str) -> bool:
        """Whether a sample has that field."""
        return name in self.fields and bool(self.fields[name][index, 0] != _ABSENT)

    def read(self, index: int, *names: str) -> list[bytes]:
        """The named fields of one sample. Raises DatasetError where one is missing or cut off."""
        path = self.files[self.shard[index]]
        found = []
        with path.open("rb", buffering=0) as file:
            for name in names:
                if not self.has(index, name):
                    where = printable(path.parent)
                    raise DatasetError(f"{where}: sample {self.keys[index]} has no .{name}")
                offset, size = (int(value) for value in self.fields[name][index])
                file.seek(offset)
                data = file.read(size)
                if len(data) < size:
                    raise DatasetError(f"{printable(path)} is cut off: copy it again")
                found.append(data)
        return found


def index_shards(folder: Path, part: str) -> IndexedShards:
    """Where every sample of a part lies. Only the headers are read.

    Raises:
        DatasetError: no shards of that part, or a file that is no uncompressed tar.
    """
    files = shard_paths(folder, part)
    keys: list[str] = []
    shard: list[int] = []
    fields: dict[str, dict[int, tuple[int, int]]] = {}
    for number, path in enumerate(files):
        before = ""
        for name, offset, size in _members(path):
            match = _NAME.fullmatch(name)
            if match is None:
                continue
            if match[1] != before:
                before = match[1]
                keys.append(before)
                shard.append(number)
            fields.setdefault(match[2], {})[len(keys) - 1] = offset, size
    return IndexedShards(
        tuple(files),
        tuple(keys),
        np.array(shard, dtype=np.int32),
        {name: _table(places, len(keys)) for name, places in fields.items()},
    )


def _members(path: Path) -> list[tuple[str, int, int]]:
    """Name, offset and size of each file in a tar."""
    try:
        with tarfile.open(path, "r:") as archive:
            members = [
                (member.name, member.offset_data, member.size)
                for member in archive
                if member.isfile()
            ]
            end = path.stat().st_size
    except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
        raise DatasetError(f"{printable(path)} cannot be read as an uncompressed tar") from error
    if any(offset + size > end or size < 0 for _, offset, size in members):
        raise DatasetError(f"{printable(path)} is cut off: copy it again")
    return members


def _table(places: dict[int, tuple[int, int]], count: int) -> Places:
    table = np.full((count, 2), _ABSENT, dtype=np.int64)
    table[list(places)] = list(places.values())
    return table
