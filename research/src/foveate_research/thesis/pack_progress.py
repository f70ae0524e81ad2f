"""What a packing has finished, kept beside its shards until the manifest is written."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foveate.errors import DatasetError, OutputError, printable
from foveate.pictures import write_atomically
from foveate_research.datasets.damage import dataset_text

FOLDER = ".packing"


@dataclass(frozen=True)
class Shard:
    """What a finished shard says of itself.

    made_of: hash of the plan and of the pictures as they were. sums: of red, green, blue and map,
    in levels. labels: of the pictures in it. unreadable: "KEY: why" of those left out.
    """

    made_of: str
    sha256: str
    size_bytes: int
    sums: list[float]
    flat_maps: int
    labels: list[int]
    unreadable: list[str]

    @property
    def count(self) -> int:
        return len(self.labels)


@contextlib.contextmanager
def claimed(out: Path, plan: dict[str, Any]) -> Iterator[None]:
    """OUT with the plan in it; as it was before where no shard gets finished.

    Raises:
        OutputError: OUT cannot be made, or shards of another plan lie there.
    """
    made = not out.exists()
    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{printable(out)}: cannot be made: {error.strerror}") from error
    if _has_shards(out):
        _compare(out, plan)
    try:
        write_atomically(_plan_of(out), json.dumps(plan).encode(), overwrite=True)
        yield
    except BaseException:
        if not _has_shards(out):
            with contextlib.suppress(OSError):
                forget(out)
                if made:
                    out.rmdir()
        raise


def note(out: Path, name: str, shard: Shard) -> None:
    """A shard that is written is done from now on."""
    record = json.dumps(asdict(shard)).encode()
    write_atomically(_record_of(out, name), record, overwrite=True)


def finished(out: Path, name: str, made_of: str) -> Shard | None:
    """What is known of a shard that was finished before, of the same pictures."""
    try:
        shard = Shard(**json.loads(dataset_text(_record_of(out, name), "record of a shard")))
        whole = (out / name).stat().st_size == shard.size_bytes
    except (DatasetError, OSError, ValueError, TypeError, RecursionError):
        return None  # not finished, or damaged: it is made again
    return shard if whole and shard.made_of == made_of else None


def forget(out: Path) -> None:
    """The pack is whole, or nothing of it."""
    for path in (out / FOLDER).iterdir():
        path.unlink()
    (out / FOLDER).rmdir()


def _compare(out: Path, plan: dict[str, Any]) -> None:
    path = _plan_of(out)
    try:
        before = json.loads(dataset_text(path, "plan of a pack"))
    except (DatasetError, ValueError, RecursionError) as error:
        raise OutputError(
            f"{printable(path)} is damaged: choose another -o, or remove {printable(out)}"
        ) from error
    if before != plan:
        raise OutputError(
            f"{printable(out)} holds part of another pack: choose another -o, or remove it"
        )


def _plan_of(out: Path) -> Path:
    return out / FOLDER / "plan.json"


def _record_of(out: Path, name: str) -> Path:
    return out / FOLDER / f"{name}.json"


def _has_shards(out: Path) -> bool:
    return any((out / FOLDER).glob("*.tar.json"))
