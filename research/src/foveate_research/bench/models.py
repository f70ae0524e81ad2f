"""How many pictures a second each network sees, on one and two threads.

onnxruntime's run alone is timed, on random pixels in memory, at batches of 1 and 32, at the size at
which a network looks at a 4:3 photo and at 224x224 where it takes that. Names that share weights
and size share a row.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from foveate.models.entry import ModelEntry
from foveate.models.records import checked_weights
from foveate.models.registry import list_models
from foveate.models.session import session_of
from foveate_research.bench.timing import timed_for
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

PHOTO = (480, 640)
SQUARE = (224, 224)
BATCHES = (1, 32)
THREADS = (1, 2)
PACKAGES = ("foveate", "numpy", "onnxruntime")

Size = tuple[int, int]


def models_record(wanted: Sequence[str], *, seconds: float, tick: Tick = ignore) -> dict[str, Any]:
    """A row a network, size, batch and number of threads: the median of the runs in `seconds`.

    wanted: names of models; none stands for all networks.
    """
    rows = []
    for (record, own), entries in networks(wanted).items():
        names = [entry.name for entry in entries]
        tick(names[0])
        rows += network_rows(record, own, names, seconds)
    return head(PACKAGES) | {"photo": f"{PHOTO[1]}x{PHOTO[0]}", "rows": rows}


def networks(wanted: Sequence[str] = ()) -> dict[tuple[str, Size], list[ModelEntry]]:
    """The registered networks by record and size at a photo."""
    found: dict[tuple[str, Size], list[ModelEntry]] = {}
    for entry in list_models():
        if entry.record is not None and (not wanted or entry.name in wanted):
            found.setdefault((entry.record, entry.size(*PHOTO)), []).append(entry)
    return found


def network_rows(record: str, own: Size, names: list[str], seconds: float) -> list[dict[str, Any]]:
    """Every size, batch and number of threads of one network."""
    weights = checked_weights(record)
    rows = []
    for threads in THREADS:
        session = session_of(weights, threads)
        for size in dict.fromkeys((own, SQUARE)):
            for batch in BATCHES:
                if not takes(session, batch, size):
                    continue
                times = seconds_a_run(session, batch, size, seconds)
                median = statistics.median(times)
                rows.append(
                    {
                        "models": names,
                        "weights_bytes": len(weights),
                        "height": size[0],
                        "width": size[1],
                        "own_size": size == own,
                        "batch": batch,
                        "threads": threads,
                        "images_a_second": round(batch / median, 2),
                        "median_s": round(median, 5),
                        "runs": len(times),
                    }
                )
    return rows


def takes(session: Any, batch: int, size: Size) -> bool:
    """Whether the network's input has room for that batch and size."""
    pairs = zip(session.get_inputs()[0].shape, (batch, 3, *size), strict=True)
    return all(not isinstance(side, int) or side == wanted for side, wanted in pairs)


def seconds_a_run(session: Any, batch: int, size: Size, seconds: float) -> list[float]:
    """Times of single runs."""
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, 3, *size)).astype(np.float32)
    return [run.clock for run in timed_for(lambda: session.run(None, {"pixels": pixels}), seconds)]
