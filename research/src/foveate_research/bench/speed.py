"""How fast Foveate is, beside mozjpeg in the same run, and what it needs of time and memory.

    python -m foveate_research.bench.speed [--data DIR] [--runs 7] [--only ...] [--save results/speed.json]

DIR holds the sets' folders: `kodak`, or else `photos`, is tiled to the sizes asked for. Without it
a picture is generated. Prints JSON:

- `large`: 4000x3000 in memory, warm, map included, the bytes of plain JPEG at quality 75, two
  threads; against mozjpeg through libvips (trellis, scan optimisation, deringing, progressive,
  table 3) at the quality that comes nearest to those bytes, runs in turn. `ratio`: Foveate's median
  seconds over mozjpeg's; 1 or less is no slower. `median_cpu_s`: the work of all threads.
- `process`: the whole process `foveate compress` of one 768x512 picture.
- `import`: `import foveate` in a fresh process, the interpreter's own start not counted.
- `linear`: seconds of work and megabytes beyond the input and the model, from 0.4 to 73 megapixels,
  in memory, for each target; the map is made before.
- `memory`: the whole process `foveate compress` of 8705x8400 and of 768x512; peak resident
  megabytes, and what the large one takes a pixel beyond the small one and the pixels themselves.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from PIL import Image

import foveate
from foveate.coders.jpeg.pillow_jpeg import bytes_at_quality
from foveate_research.records import head, publish

THREADS = 2
MATCH_QUALITY = 75
PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "pyvips", "pyvips-binary")
SIZES = ((512, 768), (1000, 1000), (1500, 2000), (3000, 4000), (8400, 8705))
TARGETS: dict[str, dict[str, int]] = {
    "match_quality_75": {"match_quality": 75},
    "quality_80": {"quality": 80},
}
MOZJPEG = {
    "interlace": True,
    "trellis_quant": True,
    "optimize_scans": True,
    "overshoot_deringing": True,
    "quant_table": 3,
}


def tiles(data: Path | None) -> list[np.ndarray]:
    """Landscape pictures of 768x512, or a generated one."""
    paths: list[Path] = []
    if data is not None:
        paths = sorted((data / "kodak").glob("*.png")) or sorted((data / "photos").glob("*.webp"))
        if not paths:
            raise SystemExit(f"{data} holds neither kodak/*.png nor photos/*.webp")
    pictures = []
    for path in paths:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        pictures.append(pixels if pixels.shape[1] >= pixels.shape[0] else np.rot90(pixels))
    return pictures or [generated(512, 768)]


def generated(height: int, width: int) -> np.ndarray:
    """Shading, edges and texture at about a photograph's bits a pixel."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 61) * np.cos(y / 47) + 35 * ((x // 83 + y // 59) % 2)
    noise = rng.normal(0, 1, (height, width, 3)) * (12 * (np.sin(x / 97) > 0))[..., None]
    shift = np.array([0.0, 9.0, -14.0])
    return np.clip(base[..., None] + shift + noise, 0, 255).astype(np.uint8)


def tiled(pictures: list[np.ndarray], height: int, width: int) -> np.ndarray:
    """Pictures in turn, side by side and row below row, cut to (height, width, 3)."""
    canvas = np.empty((height, width, 3), np.uint8)
    following = cycle(pictures)
    for top in range(0, height, 512):
        for left in range(0, width, 768):
            part = canvas[top : top + 512, left : left + 768]
            part[:] = next(following)[: part.shape[0], : part.shape[1]]
    return canvas


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of all threads' work."""
    clock, work = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - work


def spread(seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "median_s": round(statistics.median(seconds), 4),
        "runs_s": [round(s, 4) for s in seconds],
    }


def by_mozjpeg(pixels: np.ndarray, quality: int) -> bytes:
    image = pyvips.Image.new_from_array(pixels)
    return image.jpegsave_buffer(Q=quality, keep="none", **MOZJPEG)


def nearest_mozjpeg_quality(pixels: np.ndarray, target_bytes: int) -> int:
    low, high = 1, 100
    while low < high:
        middle = (low + high) // 2
        if len(by_mozjpeg(pixels, middle)) < target_bytes:
            low = middle + 1
        else:
            high = middle
    candidates = (max(low - 1, 1), low)
    return min(candidates, key=lambda q: abs(len(by_mozjpeg(pixels, q)) - target_bytes))


def large(pictures: list[np.ndarray], runs: int) -> dict[str, Any]:
    pyvips.voperation.cache_set_max(0)
    pyvips.vips_lib.vips_concurrency_set(THREADS)
    pixels = tiled(pictures, 3000, 4000)
    plain_bytes = bytes_at_quality(pixels, MATCH_QUALITY)
    quality = nearest_mozjpeg_quality(pixels, plain_bytes)

    def ours() -> bytes:
        return foveate.compress(pixels, match_quality=MATCH_QUALITY, threads=THREADS).data

    def theirs() -> bytes:
        return by_mozjpeg(pixels, quality)

    sizes = {"foveate": len(ours()), "mozjpeg": len(theirs())}  # and both are warm
    times: dict[str, list[tuple[float, float]]] = {"foveate": [], "mozjpeg": []}
    for _ in range(runs):
        times["foveate"].append(timed(ours))
        times["mozjpeg"].append(timed(theirs))
    rows: dict[str, dict[str, Any]] = {}
    for name, pairs in times.items():
        clock, work = zip(*pairs, strict=True)
        rows[name] = {"bytes": sizes[name], **spread(clock)}
        rows[name]["median_cpu_s"] = round(statistics.median(work), 4)
    rows["mozjpeg"]["quality"] = quality
    return {
        "picture": "4000x3000",
        "threads": THREADS,
        "match_quality": MATCH_QUALITY,
        "plain_bytes": plain_bytes,
        **rows,
        "ratio": round(rows["foveate"]["median_s"] / rows["mozjpeg"]["median_s"], 3),
    }


class Peak:
    """Bytes resident at most from here on, beyond those that are resident now.

    Where the system cannot forget an earlier peak (all but Linux), beyond that one.
    """

    def __init__(self) -> None:
        self._linux = Path("/proc/self/clear_refs").exists()
        if self._linux:
            Path("/proc/self/clear_refs").write_text("5")  # the peak is what there is
        self._before = self._resident("VmRSS") if self._linux else self._highest()

    def beyond(self) -> int:
        return (self._resident("VmHWM") if self._linux else self._highest()) - self._before

    def _resident(self, which: str) -> int:
        lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
        return next(1024 * int(words[1]) for words in lines if words[0] == f"{which}:")

    def _highest(self) -> int:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


def encoded(pixels_file: Path, target: dict[str, int], runs: int) -> dict[str, Any]:
    """Time and memory of an encoding in this process, which does nothing else."""
    pixels = np.load(pixels_file)
    small = pixels[:512, :768].copy()
    foveate.compress(small, threads=THREADS, **target)
    own_map = foveate.saliency_map(pixels, threads=THREADS)
    peak = Peak()

    def encode() -> None:
        foveate.compress(pixels, map=own_map, threads=THREADS, **target)

    times = [timed(encode) for _ in range(runs)]
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    clock, work = (statistics.median(seconds) for seconds in zip(*times, strict=True))
    return {
        "seconds_a_megapixel": round(clock / megapixels, 4),
        "work_seconds_a_megapixel": round(work / megapixels, 4),
        "bytes_a_pixel": round(peak.beyond() / megapixels / 1e6, 2),
    }


def linear(pictures: list[np.ndarray], runs: int) -> dict[str, Any]:
    """Each size and target in a process of its own, whose memory nothing else has raised."""
    rows = {}
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for height, width in SIZES:
            file = Path(folder) / "pixels.npy"
            np.save(file, tiled(pictures, height, width))
            row: dict[str, Any] = {"megapixels": round(height * width / 1e6, 2)}
            for name, target in TARGETS.items():
                with processes.Pool(1) as one:
                    row[name] = one.apply(encoded, (file, target, runs))
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


def run_command(words: list[str]) -> tuple[float, float]:
    """Seconds and peak resident megabytes of a process of its own."""
    printed = subprocess.check_output([sys.executable, "-c", LAUNCH, *words], text=True)
    code, seconds, peak = printed.split()
    if code != "0":
        raise SystemExit(f"{' '.join(words)} ended with {code}")
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6


def compress_words(source: Path, *, target: list[str]) -> list[str]:
    out = source.with_suffix(".jpg")
    words = [sys.executable, "-m", "foveate", "compress", str(source), "-o", str(out)]
    return [*words, *target, "--overwrite"]


def process(pictures: list[np.ndarray], runs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "picture.png"
        Image.fromarray(pictures[0]).save(source)
        words = compress_words(source, target=[])
        run_command(words)
        return {"picture": "768x512 PNG", **spread([run_command(words)[0] for _ in range(runs)])}


def importing(runs: int) -> dict[str, Any]:
    code = "import time; t = time.perf_counter(); import foveate; print(time.perf_counter() - t)"
    words = [sys.executable, "-c", code]
    seconds = [float(subprocess.check_output(words)) for _ in range(runs + 1)]
    return spread(seconds[1:])


def memory(pictures: list[np.ndarray]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source, small = Path(folder) / "large.png", Path(folder) / "small.png"
        pixels = tiled(pictures, 8400, 8705)
        Image.fromarray(pixels).save(source, compress_level=1)
        Image.fromarray(pictures[0]).save(small)
        rows = {}
        for name, target in (
            ("quality_80", ["--quality", "80"]),
            ("match_quality_75", ["--match-quality", "75"]),
            ("mosaic", ["--match-quality", "75", "--method", "mosaic"]),
        ):
            seconds, megabytes = run_command(compress_words(source, target=target))
            _, of_small = run_command(compress_words(small, target=target))
            beyond = (megabytes - of_small) * 1e6 - pixels.nbytes
            rows[name] = {
                "peak_mb": round(megabytes),
                "small_peak_mb": round(of_small),
                "bytes_a_pixel": round(3 * beyond / pixels.nbytes, 2),
                "seconds": round(seconds, 2),
            }
        return {"picture": "8705x8400 PNG", **rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the sets")
    parser.add_argument("--runs", type=int, default=7)
    parts = ("large", "linear", "process", "import", "memory")
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()

    pictures = tiles(options.data)
    record: dict[str, Any] = head(PACKAGES)
    record["versions"]["libvips"] = ".".join(str(pyvips.base.version(n)) for n in range(3))
    record["pictures"] = f"{len(pictures)} tiles of DIR" if options.data else "generated"
    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "large": lambda: large(pictures, options.runs),
        "linear": lambda: linear(pictures, options.runs),
        "process": lambda: process(pictures, options.runs),
        "import": lambda: importing(options.runs),
        "memory": lambda: memory(pictures),
    }
    for name in options.only:
        record[name] = calls[name]()
        print(f"{name}: {record[name]}", file=sys.stderr)
    publish(record, options.save)


if __name__ == "__main__":
    main()
