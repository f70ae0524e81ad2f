"""Whether a batch did what it promises: each picture once, none lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any


def output_of(key: str) -> str:
    """What the result of a JPEG or a PNG is called, as docs/batches.md states it."""
    return key if key.endswith(".jpg") else f"{key}.jpg"


def verdict(
    pictures: Iterable[str], results: Collection[str], records: Iterable[Mapping[str, Any]]
) -> dict[str, int]:
    """What is there, what is not, and what manifests tell.

    pictures: their keys. results: all keys of the store of results. records: of all manifests.
    """
    outputs = {output_of(key) for key in pictures}
    told = list(records)
    done = Counter(record["source"] for record in told if record["status"] == "done")
    return {
        "results": sum(output in results for output in outputs),
        "lost": sum(output not in results for output in outputs),
        "of_no_picture": sum(not key.startswith(".") for key in set(results) - outputs),
        "told_as_done": len(done),
        "told_as_done_twice": sum(times > 1 for times in done.values()),
        "told_as_failed": sum(record["status"] == "failed" for record in told),
    }
