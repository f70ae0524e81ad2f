"""How long each quality metric takes beside the packages that measure the same.

    python -m foveate_research.bench.metrics [--image FILE] [--seconds 1] [--save results/metrics-speed.json]

One process times all, one after the other, on one picture and its JPEG at quality 50: a drawn one
of 768x512 unless --image names a file. Prints JSON: a row a metric with the least processor time of
the runs that fit into --seconds (three at least), that of the package, and their ratio; the values
of both; and the paper's seven metrics at once. Packages that are not installed are left out. The
time is that of all threads together; PyTorch is held to one.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foveate.metrics import quality
from foveate_research.records import head, publish

LEAST_RUNS = 3
QUALITY = 50
SEVEN = ("psnr_y", "psnr_s", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp")
PACKAGES = (
    "foveate",
    "numpy",
    "scikit-image",
    "psnr_hvsm",
    "torch",
    "torchmetrics",
    "sewar",
    "ssimulacra2",
)
Timed = tuple[float, float, int]


def drawn(height: int = 512, width: int = 768) -> np.ndarray:
    """Coloured waves and noise."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 80 * np.sin(x / (9 + 5 * c)) * np.cos(y / (17 - 3 * c)) for c in range(3)]
    noise = np.random.default_rng(0).normal(0, 8, (height, width, 3))
    return np.clip(np.rint(np.stack(waves, axis=2) + noise), 0, 255).astype(np.uint8)


def compressed(pixels: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(file))


def timed(run: Callable[[], Any], seconds: float) -> Timed:
    """What it returns, the least processor time of a run, and the number of runs."""
    value, times, started = run(), [], time.perf_counter()
    while time.perf_counter() - started < seconds or len(times) < LEAST_RUNS:
        before = time.process_time()
        run()
        times.append(time.process_time() - before)
    return float(value), min(times), len(times)


def package_runs(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[str, Callable[[], Any]]]:
    """Of each metric the package that measures it, and a call that starts from the pixels."""
    runs: dict[str, tuple[str, Callable[[], Any]]] = {}
    try:
        from skimage.metrics import peak_signal_noise_ratio, structural_similarity

        window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        runs["psnr_y"] = (
            "scikit-image",
            lambda: peak_signal_noise_ratio(quality.luma(x), quality.luma(y), data_range=255),
        )
        runs["psnr_rgb"] = ("scikit-image", lambda: peak_signal_noise_ratio(x, y, data_range=255))
        runs["ssim"] = (
            "scikit-image",
            lambda: structural_similarity(
                quality.luma(x), quality.luma(y), data_range=255, **window
            ),
        )
    except ImportError:
        pass
    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints what it was installed without
            from psnr_hvsm.numpy import psnr_hvs_hvsm

        def hvs(which: int) -> float:
            height, width = (side // 8 * 8 for side in x.shape[:2])
            planes = (quality.luma(picture[:height, :width]) / 255 for picture in (x, y))
            return float(psnr_hvs_hvsm(*planes)[which])

        runs["psnr_hvs"] = ("psnr_hvsm", lambda: hvs(0))
        runs["psnr_hvs_m"] = ("psnr_hvsm", lambda: hvs(1))
    except ImportError:
        pass
    try:
        import torch
        from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

        torch.set_num_threads(1)

        def planes() -> list[Any]:
            return [torch.from_numpy(quality.luma(picture))[None, None] for picture in (y, x)]

        runs["ms_ssim"] = (
            "torchmetrics",
            lambda: multiscale_structural_similarity_index_measure(*planes(), data_range=255.0),
        )
    except ImportError:
        pass
    try:
        from sewar.full_ref import vifp

        runs["vifp"] = ("sewar", lambda: vifp(quality.luma(x), quality.luma(y)))
    except ImportError:
        pass
    try:
        from ssimulacra2 import compute_ssimulacra2

        files = [io.BytesIO(), io.BytesIO()]
        for picture, file in zip((x, y), files, strict=True):
            Image.fromarray(picture).save(file, "BMP")
        runs["ssimulacra2"] = ("ssimulacra2", lambda: compute_ssimulacra2(*files))
    except ImportError:
        pass
    return runs


def rows_of(x: np.ndarray, y: np.ndarray, saliency: np.ndarray, seconds: float) -> list[Any]:
    """A row a metric."""
    theirs, rows = package_runs(x, y), []
    for metric in quality.METRICS:
        function = getattr(quality, metric.name)
        more = (saliency,) if metric.needs_map else ()
        value, ours_s, runs = timed(lambda: function(x, y, *more, data_range=255), seconds)  # noqa: B023
        row = {"metric": metric.name, "ms": round(1000 * ours_s, 2), "runs": runs, "value": value}
        if metric.name in theirs:
            package, run = theirs[metric.name]
            their_value, theirs_s, their_runs = timed(run, seconds)
            row |= {
                "package": package,
                "package_ms": round(1000 * theirs_s, 2),
                "package_runs": their_runs,
                "package_value": their_value,
                "ratio": round(ours_s / theirs_s, 3),
            }
        rows.append(row)
        print(f"{metric.name}: {row}", file=sys.stderr)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", type=Path, help="a picture (default: one drawn, 768x512)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each row's timing")
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    parser.add_argument("--beside", help="what else the machine was doing, for the record")
    options = parser.parse_args()
    x = np.asarray(Image.open(options.image).convert("RGB")) if options.image else drawn()
    y = compressed(x)
    saliency = quality.luma(x).astype(np.float32)
    record: dict[str, Any] = head(PACKAGES)
    if options.beside:
        record["beside"] = options.beside
    record["picture"] = f"{x.shape[1]}x{x.shape[0]}, JPEG quality {QUALITY}"

    def seven() -> float:
        return len(quality.measure(x, y, data_range=255, saliency=saliency, names=SEVEN))

    _, seconds, runs = timed(seven, options.seconds)
    record["seven_at_once"] = {"metrics": list(SEVEN), "ms": round(1000 * seconds, 2), "runs": runs}
    record["rows"] = rows_of(x, y, saliency, options.seconds)
    publish(record, options.save)


if __name__ == "__main__":
    main()
