"""Rate–distortion curves of several coders in one run: BD-rates, equal bytes, and time.

Every coder is given plain JPEG's bytes at several qualities; its curve is what it made of them. So
nothing is interpolated where files of equal bytes are compared, and BD-rates use the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from foveate_research.coders.best_rival import against_best, how_chosen
from foveate_research.coders.codecs import CODECS, PLAIN, codec_of
from foveate_research.coders.coding import (
    ABOUT_THE_FILE,
    LABELS,
    CodedScene,
    Measure,
    scene_numbers,
    scores_at,
)
from foveate_research.coders.coding_summary import DIGITS, label, per_picture, rows_of, unequal
from foveate_research.coders.picture_curves import picture_bd_rate
from foveate_research.coders.study import Study
from foveate_research.intervals import mean_estimate
from foveate_research.papers.figures import Curves, plots

QUALITIES = (20, 30, 40, 50, 65, 80, 90)
"""Plain JPEG's, whose bytes make the curves."""
EQUAL_BYTES = (30, 50, 80)
"""Those at which all metrics are measured and coders set side by side."""
CURVE_METRICS = (
    *("psnr_s", "psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix", "butteraugli_fix", "psnr_mask"),
    *("psnr_hvs_m", "ssimulacra2", "butteraugli", "ms_ssim", "gmsd", "psnr_y"),
)
"""Those of the curves, where a set has them."""
_LEFT_OUT = ("mosaic-", "foveate-avif", "jpeg2000-regions")
DEFAULT_CODECS = tuple(name for name in CODECS if not name.startswith(_LEFT_OUT))
ANCHOR = "mozjpeg"
"""The coder against which the others' BD-rates are told."""
WITHOUT_MAP = {
    "foveate-centre": "foveate-none",
    "foveate": "foveate-none",
    "foveate-viewers": "foveate-none",
    "foveate-eyes-centre": "foveate-eyes-none",
    "foveate-eyes": "foveate-eyes-none",
    "foveate-vision-centre": "foveate-vision-none",
    "foveate-vision": "foveate-vision-none",
    "foveate-vision-viewers": "foveate-vision-none",
    "foveate-avif": "avif-iq",
    "jpeg2000-regions": "jpeg2000",
}
"""Coders that follow a map, and the same without: the difference is what the map is worth."""


def bench_codecs(
    study: Study, *, qualities: Sequence[int] = QUALITIES
) -> tuple[dict[str, Any], Any]:
    """The record, and a figure of the curves. Raises as `Study.coded`."""
    brief = partial(scene_numbers, names=CURVE_METRICS)
    tables = [quality for quality in qualities if quality in EQUAL_BYTES]
    measures: dict[int, Measure] = {
        quality: scene_numbers if quality in tables else brief for quality in qualities
    }
    scenes, notes = study.coded(DEFAULT_CODECS, measures)
    scores = {quality: scores_at(scenes, quality) for quality in qualities}
    names = list(scores[qualities[0]])
    known = {name for of in scores.values() for name in of[PLAIN].numbers}
    shown = [name for name in CURVE_METRICS if name in known]
    curves = _mean_curves(scenes, names, shown)
    rates = bd_rates(scenes, dict.fromkeys(names, ANCHOR), shown)
    middle = tables[len(tables) // 2] if tables else qualities[len(qualities) // 2]
    if tables:
        notes += unequal(*(scores[quality] for quality in tables))
    notes += incomplete(rates, len(scenes))
    best = against_best(scenes, shown)
    notes += how_chosen(best)
    notes.append(
        f"time: processor seconds of all threads at quality {middle}; of coders with a quality "
        "only of the encoding at the one found, of Foveate and the mosaic with the search for the "
        "bytes; without the map"
    )
    record = {
        "experiment": "bench codecs",
        **study.facts(),
        "qualities": list(qualities),
        "labels": {name: label(name) for name in names},
        "outside": [name for name in names if codec_of(name).outside],
        "metrics": {name: title for name, title in LABELS.items() if name in known},
        "anchor": ANCHOR if ANCHOR in names else None,
        "bd_rate_per_cent": rates,
        "map_bd_rate_per_cent": bd_rates(scenes, WITHOUT_MAP, shown),
        "best_rival": best,
        "seconds_a_megapixel": {
            name: mean_estimate(of.known("seconds_a_megapixel")).to_dict(DIGITS)
            for name, of in scores[middle].items()
            if of.known("seconds_a_megapixel").size
        },
        "equal_bytes": {
            str(quality): rows_of(scores[quality], list(LABELS), against=(PLAIN, ANCHOR))
            for quality in tables
        },
        "curves": curves,
        "per_picture": {str(quality): per_picture(of) for quality, of in scores.items()},
        "notes": [*notes, *study.picture_notes()],
    }
    return record, _figure(curves, shown)


def bd_rates(
    scenes: Sequence[CodedScene], anchors: Mapping[str, str], metrics: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Coder -> metric -> per cent of bytes more than its anchor at equal quality, and its interval.

    anchors: coder -> the coder that it is held against; pairs of which a scene lacks one are left
    out. Over the scenes for which both have curves that rise and overlap; "scenes" counts them.
    """
    found: dict[str, dict[str, Any]] = {}
    there = set(next(iter(scenes[0].numbers.values())))
    for codec, anchor in anchors.items():
        if codec == anchor or not {codec, anchor} <= there:
            continue
        found[codec] = {}
        for metric in metrics:
            values = np.array([picture_bd_rate(scene, codec, anchor, metric) for scene in scenes])
            values = values[np.isfinite(values)]
            if values.size:
                told = mean_estimate(values).to_dict(DIGITS - 2)
                found[codec][metric] = {**told, "scenes": int(values.size)}
    return found


def incomplete(rates: Mapping[str, Mapping[str, Any]], scenes: int) -> list[str]:
    """A note on each coder whose curves do not rise, or not as far as the anchor's."""
    fewest = {
        codec: min([told["scenes"] for told in of.values()], default=0)
        for codec, of in rates.items()
    }
    return [
        f"BD-rate, {label(codec)}: of some metrics over {count} of {scenes} scenes, the curves of "
        "the others do not rise throughout or share no quality"
        for codec, count in fewest.items()
        if count < scenes
    ]


def _mean_curves(
    scenes: Sequence[CodedScene], codecs: Sequence[str], metrics: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """Coder -> "bpp" and metrics -> a mean over scenes for each quality of plain JPEG's."""
    found: dict[str, dict[str, list[float]]] = {}
    for codec in codecs:
        found[codec] = {}
        for name in (ABOUT_THE_FILE[2], *metrics):
            means = []
            for quality in scenes[0].numbers:
                values = [s.numbers[quality][codec].get(name, np.nan) for s in scenes]
                kept = [value for value in values if np.isfinite(value)]
                means.append(round(float(np.mean(kept)), DIGITS) if kept else float("nan"))
            found[codec][name] = means
    return found


def _figure(curves: Mapping[str, Mapping[str, list[float]]], metrics: Sequence[str]) -> Any:
    rate = ABOUT_THE_FILE[2]
    return plots(
        [
            Curves(
                title=LABELS[metric],
                x_label="bits a pixel",
                y_label="dB" if metric.startswith("psnr") else LABELS[metric],
                lines={label(codec): (of[rate], of[metric]) for codec, of in curves.items()},
                marked=True,
            )
            for metric in metrics
        ]
    )
