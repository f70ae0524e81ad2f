"""How fast Foveate is, beside mozjpeg in the same run, and what it needs of time and memory.

- `large`: 4000x3000 in memory, warm, map included, the bytes of plain JPEG at quality 75, two
  threads; against mozjpeg at the quality that comes nearest to those bytes, runs in turn. `ratio`:
  Foveate's median seconds over mozjpeg's. `median_cpu_s`: the work of all threads.
- `linear`: seconds and work a megapixel in memory, from 0.4 to 73 megapixels, for each target; the
  map is made before.
- `process`: the whole process `foveate compress` of one 768x512 picture.
- `import`: `import foveate` in a fresh process, the interpreter's own start not counted.
- `memory`: the whole process `foveate compress` of 8705x8400 and of 768x512; peak resident
  megabytes, and what the large one takes a pixel beyond the small one and the pixels themselves.
- `small`: see `foveate_research.bench.small`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import foveate
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.errors import DatasetError, FoveateError, printable
from foveate.pictures import read_picture
from foveate_research.bench.small import small
from foveate_research.bench.timing import Pixels, drawn, spread, timed
from foveate_research.coders.rivals import mozjpeg
from foveate_research.datasets.folders import PICTURES, files_by_key
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

PARTS = ("large", "linear", "process", "import", "memory", "small")
PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "pyvips", "pyvips-binary")
THREADS = 2
MATCH_QUALITY = 75
TILE = (512, 768)
LARGE = (3000, 4000)
HUGE = (8400, 8705)
SIZES = (TILE, (1000, 1000), (1500, 2000), LARGE, HUGE)
TARGETS: dict[str, dict[str, Any]] = {
    "match_quality_75": {"match_quality": 75},
    "quality_80": {"quality": 80},
}
COMMANDS = {
    "quality_80": ("--quality", "80"),
    "match_quality_75": ("--match-quality", "75"),
    "mosaic": ("--match-quality", "75", "--method", "mosaic"),
}


def speed_record(
    images: Path | None, *, runs: int, parts: Sequence[str] = PARTS, tick: Tick = ignore
) -> dict[str, Any]:
    """The parts named, on the tiled pictures of a folder or on a drawn one.

    Raises DatasetError where a picture is smaller than a tile of 768x512.
    """
    pictures = tiles(images)
    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "large": lambda: large(pictures, runs),
        "linear": lambda: linear(pictures, runs),
        "process": lambda: whole_process(pictures, runs),
        "import": lambda: importing(runs),
        "memory": lambda: memory(pictures),
        "small": lambda: small(pictures, runs),
    }
    of = "drawn" if images is None else f"{len(pictures)} of {images.resolve().name}"
    record = head(PACKAGES) | {"pictures": of}
    for part in parts:
        tick(part)
        record[part] = calls[part]()
    return record


def tiles(images: Path | None) -> list[Pixels]:
    """The folder's pictures, laid on their side where they are upright, or a drawn one."""
    if images is None:
        return [drawn(*TILE)]
    pictures = []
    for path in files_by_key(images, PICTURES).values():
        pixels = read_picture(path).pixels
        pictures.append(pixels if pixels.shape[1] >= pixels.shape[0] else np.rot90(pixels))
        if pictures[-1].shape[0] < TILE[0] or pictures[-1].shape[1] < TILE[1]:
            raise DatasetError(f"{printable(path)}: is smaller than the tiles of 768x512")
    return pictures


def tiled(pictures: list[Pixels], height: int, width: int) -> Pixels:
    """Pictures in turn, side by side and row below row, cut to (height, width, 3)."""
    canvas = np.empty((height, width, 3), np.uint8)
    following = cycle(pictures)
    for top in range(0, height, TILE[0]):
        for left in range(0, width, TILE[1]):
            part = canvas[top : top + TILE[0], left : left + TILE[1]]
            part[:] = next(following)[: part.shape[0], : part.shape[1]]
    return canvas


def nearest_mozjpeg_quality(pixels: Pixels, target_bytes: int) -> int:
    """The quality whose file is nearest to so many bytes."""
    low, high = 1, 100
    while low < high:
        middle = (low + high) // 2
        if len(mozjpeg(pixels, middle)) < target_bytes:
            low = middle + 1
        else:
            high = middle
    candidates = (max(low - 1, 1), low)
    return min(candidates, key=lambda q: abs(len(mozjpeg(pixels, q)) - target_bytes))


def large(pictures: list[Pixels], runs: int) -> dict[str, Any]:
    """Foveate and mozjpeg in turn on 4000x3000."""
    import pyvips

    pyvips.voperation.cache_set_max(0)
    pyvips.vips_lib.vips_concurrency_set(THREADS)
    pixels = tiled(pictures, *LARGE)
    plain_bytes = bytes_at_quality(pixels, MATCH_QUALITY)
    quality = nearest_mozjpeg_quality(pixels, plain_bytes)
    coders: dict[str, Callable[[], bytes]] = {
        "foveate": lambda: (
            foveate.compress(pixels, match_quality=MATCH_QUALITY, threads=THREADS).data
        ),
        "mozjpeg": lambda: mozjpeg(pixels, quality),
    }
    sizes = {name: len(call()) for name, call in coders.items()}  # and both are warm
    times = [{name: timed(call) for name, call in coders.items()} for _ in range(runs)]
    rows: dict[str, dict[str, Any]] = {
        name: {
            "bytes": sizes[name],
            **spread([each[name].clock for each in times]),
            "median_cpu_s": round(statistics.median(each[name].work for each in times), 4),
        }
        for name in coders
    }
    rows["mozjpeg"]["quality"] = quality
    return {
        "picture": "4000x3000",
        "threads": THREADS,
        "match_quality": MATCH_QUALITY,
        "plain_bytes": plain_bytes,
        **rows,
        "ratio": round(rows["foveate"]["median_s"] / rows["mozjpeg"]["median_s"], 3),
    }


def linear(pictures: list[Pixels], runs: int) -> dict[str, Any]:
    """Each size and target, warm."""
    rows = {}
    for height, width in SIZES:
        pixels = tiled(pictures, height, width)
        saliency = foveate.saliency_map(pixels, threads=THREADS)
        megapixels = height * width / 1e6
        row: dict[str, Any] = {"megapixels": round(megapixels, 2)}
        for name, target in TARGETS.items():
            encode = partial(foveate.compress, pixels, map=saliency, threads=THREADS, **target)
            times = [timed(encode) for _ in range(runs)]
            clock = statistics.median(run.clock for run in times)
            work = statistics.median(run.work for run in times)
            row[name] = {
                "seconds_a_megapixel": round(clock / megapixels, 4),
                "work_seconds_a_megapixel": round(work / megapixels, 4),
            }
        rows[f"{width}x{height}"] = row
    return rows


LAUNCH = """
import os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - started
process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, seconds, usage.ru_maxrss)
"""
"""A small process starts the other, which would count as its own what a large one holds."""


def compressed(source: Path, *options: str) -> tuple[float, float]:
    """Seconds and peak resident megabytes of `foveate compress`, a process of its own."""
    words = [sys.executable, "-m", "foveate", "compress", str(source), *options]
    words += ["-o", str(source.with_suffix(".jpg")), "--overwrite"]
    printed = subprocess.check_output([sys.executable, "-c", LAUNCH, *words], text=True)
    code, seconds, peak = printed.split()
    if code != "0":
        raise FoveateError(f"foveate compress {' '.join(options)}: ended with {code}")
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6


def whole_process(pictures: list[Pixels], runs: int) -> dict[str, Any]:
    """`foveate compress` of one small picture, after a run that does not count."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "picture.png"
        Image.fromarray(pictures[0][: TILE[0], : TILE[1]]).save(source)
        seconds = [compressed(source)[0] for _ in range(runs + 1)]
    return {"picture": "768x512 PNG", **spread(seconds[1:])}


def importing(runs: int) -> dict[str, Any]:
    """`import foveate`, after a run that does not count."""
    code = "import time; t = time.perf_counter(); import foveate; print(time.perf_counter() - t)"
    words = [sys.executable, "-c", code]
    return spread([float(subprocess.check_output(words)) for _ in range(runs + 1)][1:])


def memory(pictures: list[Pixels]) -> dict[str, Any]:
    """`foveate compress` of a huge picture beside a small one, by target."""
    rows: dict[str, Any] = {"picture": "8705x8400 PNG"}
    with tempfile.TemporaryDirectory() as folder:
        source, small = Path(folder) / "huge.png", Path(folder) / "small.png"
        pixels = tiled(pictures, *HUGE)
        Image.fromarray(pixels).save(source, compress_level=1)
        Image.fromarray(pictures[0][: TILE[0], : TILE[1]]).save(small)
        for name, options in COMMANDS.items():
            seconds, megabytes = compressed(source, *options)
            _, of_small = compressed(small, *options)
            beyond = (megabytes - of_small) * 1e6 - pixels.nbytes
            rows[name] = {
                "peak_mb": round(megabytes),
                "small_peak_mb": round(of_small),
                "bytes_a_pixel": round(3 * beyond / pixels.nbytes, 2),
                "seconds": round(seconds, 2),
            }
    return rows
