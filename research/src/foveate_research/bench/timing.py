"""Calls that are timed, and a picture that is drawn to time them on."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

LEAST_RUNS = 3


@dataclass(frozen=True)
class Run:
    """Seconds of one call: by the clock, and of all threads' work."""

    clock: float
    work: float


def timed(call: Callable[[], Any]) -> Run:
    """One call."""
    clock, work = time.perf_counter(), time.process_time()
    call()
    return Run(time.perf_counter() - clock, time.process_time() - work)


def timed_for(call: Callable[[], Any], seconds: float) -> list[Run]:
    """The calls that fit into so many seconds, three at least, after one that does not count."""
    call()
    runs: list[Run] = []
    while len(runs) < LEAST_RUNS or sum(run.clock for run in runs) < seconds:
        runs.append(timed(call))
    return runs


def spread(seconds: Sequence[float]) -> dict[str, Any]:
    """The median, and every run."""
    return {
        "median_s": round(statistics.median(seconds), 4),
        "runs_s": [round(s, 4) for s in seconds],
    }


def drawn(height: int, width: int, *, seed: int = 0) -> Pixels:
    """Shading, edges and texture at about a photograph's bits a pixel, (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 61) * np.cos(y / 47) + 35 * ((x // 83 + y // 59) % 2)
    noise = rng.normal(0, 1, (height, width, 3)) * (12 * (np.sin(x / 97) > 0))[..., None]
    shift = np.array([0.0, 9.0, -14.0])
    return np.asarray(np.clip(base[..., None] + shift + noise, 0, 255), dtype=np.uint8)


def through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """The picture after Pillow's default JPEG of that quality."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
