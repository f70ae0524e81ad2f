"""The list of metrics in the order of tables, and functions that take many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from foveate.deadline import check_time
from foveate.metrics.quality.butteraugli import butteraugli, butteraugli_max, norm_and_maximum
from foveate.metrics.quality.gmsd import gmsd
from foveate.metrics.quality.hvs import hvs_and_hvs_m, psnr_hvs, psnr_hvs_m
from foveate.metrics.quality.planes import check_pair, luma_pair
from foveate.metrics.quality.pooling import Weights
from foveate.metrics.quality.psnr import psnr_cb, psnr_cr, psnr_rgb, psnr_s, psnr_y
from foveate.metrics.quality.ssim import ms_ssim, ssim, ssim_and_ms_ssim
from foveate.metrics.quality.ssimulacra2 import ssimulacra2
from foveate.metrics.quality.vifp import vifp

_Picture = npt.NDArray[Any]


@dataclass(frozen=True)
class Metric:
    """A metric's names and what it can do."""

    name: str
    """The name of the metric's function, and its key in JSON."""
    label: str
    """The metric's name in tables."""
    unit: str
    """Either dB, or empty for an index."""
    domain: str
    """The samples that are measured: luma, Cb, Cr or RGB."""
    pools: bool = False
    """Whether the function takes `weights`, with which errors are averaged."""
    maps: bool = False
    """Whether `error_map` can show where the metric's errors are."""
    needs_map: bool = False
    """Whether the metric is defined only where there is a saliency map."""
    lower_is_better: bool = False
    """Whether lower values are better, down to 0 for identical pictures."""


METRICS: tuple[Metric, ...] = (
    Metric("psnr_s", "PSNR-S", "dB", "luma", needs_map=True),
    Metric("psnr_y", "PSNR", "dB", "luma", pools=True, maps=True),
    Metric("psnr_hvs", "PSNR-HVS", "dB", "luma", pools=True, maps=True),
    Metric("psnr_hvs_m", "PSNR-HVS-M", "dB", "luma", pools=True, maps=True),
    Metric("ssim", "SSIM", "", "luma", pools=True, maps=True),
    Metric("ms_ssim", "MS-SSIM", "", "luma"),
    Metric("vifp", "VIFp", "", "luma"),
    Metric("gmsd", "GMSD", "", "luma", lower_is_better=True),
    Metric("ssimulacra2", "SSIMULACRA 2", "", "RGB", pools=True),
    Metric(
        "butteraugli",
        "Butteraugli 3-norm",
        "",
        "RGB",
        pools=True,
        maps=True,
        lower_is_better=True,
    ),
    Metric("butteraugli_max", "Butteraugli maximum", "", "RGB", lower_is_better=True),
    Metric("psnr_rgb", "PSNR RGB", "dB", "RGB", pools=True, maps=True),
    Metric("psnr_cb", "PSNR Cb", "dB", "Cb", pools=True),
    Metric("psnr_cr", "PSNR Cr", "dB", "Cr", pools=True),
)
_COLOUR: dict[str, Callable[..., float]] = {
    "ssimulacra2": ssimulacra2,
    "butteraugli": butteraugli,
    "butteraugli_max": butteraugli_max,
    "psnr_rgb": psnr_rgb,
    "psnr_cb": psnr_cb,
    "psnr_cr": psnr_cr,
}
_LUMA: dict[str, Callable[..., float]] = {
    "psnr_y": psnr_y,
    "psnr_hvs": psnr_hvs,
    "psnr_hvs_m": psnr_hvs_m,
    "ssim": ssim,
    "ms_ssim": ms_ssim,
    "vifp": vifp,
    "gmsd": gmsd,
}


def measure(
    reference: _Picture,
    copy: _Picture,
    *,
    data_range: float,
    saliency: _Picture | None = None,
    names: Iterable[str] | None = None,
) -> dict[str, float]:
    """The values of several metrics by name, in the order of `METRICS`.

    They are the same as those of the metrics' functions, but take less time, since metrics share
    work.

    Args:
        reference, copy: pictures of one size, (H, W, 3) RGB or (H, W) grey, from 0 to `data_range`.
        data_range: the sample value of white.
        saliency: the map (H, W) that `psnr_s` needs; without a map that metric is left out.
        names: the metrics to measure; by default all.

    Raises:
        ValueError: a name is unknown, `psnr_s` is named without a map, or the shapes differ.
    """
    wanted = _wanted(names, {m.name for m in METRICS if saliency is not None or not m.needs_map})
    return _measured(wanted, reference, copy, data_range, saliency, {})


def measure_pooled(
    reference: _Picture,
    copy: _Picture,
    weights: _Picture,
    *,
    data_range: float,
    names: Iterable[str] | None = None,
) -> dict[str, float]:
    """The values of metrics averaged with `weights` (H, W), otherwise as `measure` gives them.

    By default these are all metrics that can be averaged so.

    Raises:
        ValueError: a named metric cannot be averaged so, the shapes differ, or a weight is
            negative or not finite.
    """
    wanted = _wanted(names, {m.name for m in METRICS if m.pools})
    return _measured(wanted, reference, copy, data_range, None, {"weights": weights})


def _wanted(names: Iterable[str] | None, possible: set[str]) -> list[str]:
    chosen = possible if names is None else set(names)
    unknown = sorted(chosen - possible)
    if unknown:
        known = ", ".join(m.name for m in METRICS if m.name in possible)
        raise ValueError(f"cannot measure {', '.join(unknown)} here; choose from {known}")
    return [m.name for m in METRICS if m.name in chosen]


def _measured(
    wanted: list[str],
    reference: _Picture,
    copy: _Picture,
    data_range: float,
    saliency: _Picture | None,
    options: dict[str, Weights],
) -> dict[str, float]:
    check_pair(reference, copy, data_range)
    found: dict[str, float] = {}
    if "butteraugli" in wanted and "butteraugli_max" in wanted:
        both = norm_and_maximum(reference, copy, data_range=data_range, **options)
        found["butteraugli"], found["butteraugli_max"] = both
    for name in wanted:
        if name in _COLOUR and name not in found:
            check_time()
            found[name] = _COLOUR[name](reference, copy, data_range=data_range, **options)
    if len(found) < len(wanted):
        reference, copy = luma_pair(reference, copy)
    if "psnr_hvs" in wanted and "psnr_hvs_m" in wanted:
        both = hvs_and_hvs_m(reference, copy, data_range=data_range, **options)
        found["psnr_hvs"], found["psnr_hvs_m"] = both
    if "ssim" in wanted and "ms_ssim" in wanted:
        both = ssim_and_ms_ssim(reference, copy, data_range=data_range)
        found["ssim"], found["ms_ssim"] = both
    if "psnr_s" in wanted and saliency is not None:
        found["psnr_s"] = psnr_s(reference, copy, saliency, data_range=data_range)
    for name in wanted:
        if name not in found:
            check_time()
            found[name] = _LUMA[name](reference, copy, data_range=data_range, **options)
    return {name: found[name] for name in wanted}
