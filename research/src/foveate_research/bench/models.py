"""How many pictures a second each network sees, on one and two threads.

    python -m foveate_research.bench.models [--models NAME ...] [--seconds 2] [--save results/models-speed.json]

Times onnxruntime's run alone, on random pixels in memory, at batches of 1 and 32, at the size at
which a network looks at a 4:3 photo and at 224x224 where it takes that. Prints JSON: a row a
network, size, batch and number of threads, with the median of the runs that fit into --seconds
(three at least). Names that share weights and size share a row. `papers`: what the papers print.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from foveate.models.records import checked_weights
from foveate.models.registry import ModelEntry, list_models
from foveate.models.session import session_of
from foveate_research.papers.printed import printed_facts
from foveate_research.records import head, publish

PHOTO = (480, 640)
SQUARE = (224, 224)
BATCHES = (1, 32)
THREADS = (1, 2)
LEAST_RUNS = 3
PACKAGES = ("foveate", "numpy", "onnxruntime")


def networks(wanted: list[str] | None) -> dict[tuple[str, tuple[int, int]], list[ModelEntry]]:
    """The registered networks by record and size at a photo."""
    found: dict[tuple[str, tuple[int, int]], list[ModelEntry]] = {}
    for entry in list_models():
        if entry.record is not None and (wanted is None or entry.name in wanted):
            found.setdefault((entry.record, entry.size(*PHOTO)), []).append(entry)
    return found


def takes(session: Any, batch: int, size: tuple[int, int]) -> bool:
    """Whether the network's input has room for that batch and size."""
    shape = session.get_inputs()[0].shape
    asked = (batch, 3, *size)
    pairs = zip(shape, asked, strict=True)
    return all(not isinstance(side, int) or side == wanted for side, wanted in pairs)


def seconds_a_run(session: Any, batch: int, size: tuple[int, int], seconds: float) -> list[float]:
    """Times of single runs, the first of which is not counted."""
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, 3, *size)).astype(np.float32)
    session.run(None, {"pixels": pixels})
    times: list[float] = []
    while sum(times) < seconds or len(times) < LEAST_RUNS:
        started = time.perf_counter()
        session.run(None, {"pixels": pixels})
        times.append(time.perf_counter() - started)
    return times


def rows_of(record: str, own: tuple[int, int], names: list[str], seconds: float) -> list[Any]:
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
                print(f"{names[0]}: {rows[-1]}", file=sys.stderr)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", help="names of the registry (default: all networks)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each row's timing")
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    parser.add_argument("--beside", help="what else the machine was doing, for the record")
    options = parser.parse_args()
    record: dict[str, Any] = head(PACKAGES)
    if options.beside:
        record["beside"] = options.beside
    record["photo"] = f"{PHOTO[1]}x{PHOTO[0]}"
    record["rows"] = []
    for (weights, own), entries in networks(options.models).items():
        names = [entry.name for entry in entries]
        record["rows"] += rows_of(weights, own, names, options.seconds)
    record["papers"] = {
        "MS-ROI": printed_facts("msroi")["speed"],
        "MEnet": printed_facts("menet")["speed"],
    }
    publish(record, options.save)


if __name__ == "__main__":
    main()
