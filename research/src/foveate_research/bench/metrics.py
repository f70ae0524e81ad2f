"""How long each quality metric takes beside the packages that measure the same.

One process times all, one after the other, on one picture and its JPEG at quality 50. The time is
that of all threads together; PyTorch is held to one. Packages that are not installed are left out.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foveate.metrics import quality
from foveate.pictures import read_picture
from foveate_research.bench.timing import Pixels, drawn, through_jpeg, timed_for
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

QUALITY = 50
SEVEN = ("psnr_y", "psnr_s", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp")
PACKAGES = (
    *("foveate", "numpy", "scikit-image", "psnr_hvsm", "torch", "torchmetrics", "sewar"),
    "ssimulacra2",
)
Packaged = dict[str, tuple[str, Callable[[], Any]]]
"""The package that measures a metric too, and a call of it that starts from the pixels."""


def metrics_record(image: Path | None, *, seconds: float, tick: Tick = ignore) -> dict[str, Any]:
    """The paper's seven metrics at once, and a row a metric beside its package.

    image: a picture, or None for a drawn one of 768x512. seconds: how long each is timed; the
    least time counts.
    """
    x = drawn(512, 768) if image is None else read_picture(image).pixels
    y = through_jpeg(x, QUALITY)
    saliency = quality.luma(x).astype(np.float32)

    def seven() -> object:
        return quality.measure(x, y, data_range=255, saliency=saliency, names=SEVEN)

    rows, packaged = [], packages(x, y)
    for metric in quality.METRICS:
        tick(metric.name)
        function = getattr(quality, metric.name)
        more = (saliency,) if metric.needs_map else ()
        ours = _row(lambda: function(x, y, *more, data_range=255), seconds)  # noqa: B023
        row = {"metric": metric.name, **ours}
        if metric.name in packaged:
            package, call = packaged[metric.name]
            theirs = _row(call, seconds)
            row["package"] = package
            row |= {f"package_{name}": value for name, value in theirs.items()}
            row["ratio"] = round(ours["ms"] / theirs["ms"], 3)
        rows.append(row)
    return head(PACKAGES) | {
        "picture": f"{x.shape[1]}x{x.shape[0]}, JPEG quality {QUALITY}",
        "seven_at_once": {"metrics": list(SEVEN), **_times(seven, seconds)},
        "rows": rows,
    }


def _row(call: Callable[[], Any], seconds: float) -> dict[str, Any]:
    return _times(call, seconds) | {"value": float(call())}


def _times(call: Callable[[], Any], seconds: float) -> dict[str, Any]:
    runs = timed_for(call, seconds)
    return {"ms": round(1000 * min(run.work for run in runs), 3), "runs": len(runs)}


def packages(x: Pixels, y: Pixels) -> Packaged:
    """By metric, of the packages that are installed."""
    found: Packaged = {}
    for entries in (_scikit_image, _psnr_hvsm, _torchmetrics, _sewar, _ssimulacra2):
        with contextlib.suppress(ImportError):
            found |= entries(x, y)
    return found


def _scikit_image(x: Pixels, y: Pixels) -> Packaged:
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}

    def psnr_y() -> Any:
        return peak_signal_noise_ratio(quality.luma(x), quality.luma(y), data_range=255)

    def ssim() -> Any:
        return structural_similarity(quality.luma(x), quality.luma(y), data_range=255, **window)

    calls = {
        "psnr_y": psnr_y,
        "psnr_rgb": lambda: peak_signal_noise_ratio(x, y, data_range=255),
        "ssim": ssim,
    }
    return {metric: ("scikit-image", call) for metric, call in calls.items()}


def _psnr_hvsm(x: Pixels, y: Pixels) -> Packaged:
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it was installed without
        from psnr_hvsm.numpy import psnr_hvs_hvsm

    def both() -> Any:
        height, width = (side // 8 * 8 for side in x.shape[:2])
        return psnr_hvs_hvsm(*(quality.luma(each[:height, :width]) / 255 for each in (x, y)))

    return {
        "psnr_hvs": ("psnr_hvsm", lambda: both()[0]),
        "psnr_hvs_m": ("psnr_hvsm", lambda: both()[1]),
    }


def _torchmetrics(x: Pixels, y: Pixels) -> Packaged:
    import torch
    from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

    torch.set_num_threads(1)

    def ms_ssim() -> Any:
        copy, original = (torch.from_numpy(quality.luma(each))[None, None] for each in (y, x))
        return multiscale_structural_similarity_index_measure(copy, original, data_range=255.0)

    return {"ms_ssim": ("torchmetrics", ms_ssim)}


def _sewar(x: Pixels, y: Pixels) -> Packaged:
    from sewar.full_ref import vifp

    return {"vifp": ("sewar", lambda: vifp(quality.luma(x), quality.luma(y)))}


def _ssimulacra2(x: Pixels, y: Pixels) -> Packaged:
    from ssimulacra2 import compute_ssimulacra2

    files = [io.BytesIO(), io.BytesIO()]
    for picture, file in zip((x, y), files, strict=True):
        Image.fromarray(picture).save(file, "BMP")
    return {"ssimulacra2": ("ssimulacra2", lambda: compute_ssimulacra2(*files))}
