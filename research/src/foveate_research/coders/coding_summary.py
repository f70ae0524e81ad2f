"""What a set's numbers come to: means with intervals, and differences between coders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from foveate_research.coders.codecs import codec_of
from foveate_research.coders.coding import ABOUT_THE_FILE
from foveate_research.intervals import mean_estimate
from foveate_research.maps.measuring import Scores, difference

DIGITS = 4
EQUAL = 0.01
"""How far from plain JPEG's bytes a file may be and count as equal."""

Rows = dict[str, dict[str, Any]]
"""Coder -> metric -> {"mean", "interval_95", "minus_OTHER": {"mean", "interval_95"}}."""


def rows_of(
    scores: Mapping[str, Scores], metrics: Sequence[str], *, against: Sequence[str] = ()
) -> Rows:
    """Each coder's means over the scenes and its differences, scene by scene, to others."""
    rows: Rows = {}
    for codec, of in scores.items():
        rows[codec] = {}
        for metric in (*ABOUT_THE_FILE[1:], *metrics):
            if metric not in of.numbers or not of.known(metric).size:
                continue
            told: dict[str, Any] = mean_estimate(of.known(metric)).to_dict(DIGITS)
            for other in against:
                if other != codec and metric in metrics and _share(of, scores.get(other), metric):
                    estimate = difference(of, scores[other], metric)
                    told[f"minus_{other}"] = estimate.to_dict(DIGITS)
            rows[codec][metric] = told
    return rows


def _share(first: Scores, second: Scores | None, metric: str) -> bool:
    """Whether any scene has the metric from both."""
    if second is None or metric not in second.numbers:
        return False
    pairs = zip(first.numbers[metric], second.numbers[metric], strict=True)
    return any(not math.isnan(mine + theirs) for mine, theirs in pairs)


def per_picture(scores: Mapping[str, Scores]) -> dict[str, dict[str, list[float]]]:
    """Coder -> metric -> a number a scene, rounded; NaN becomes null in the record."""
    return {
        codec: {
            metric: [round(value, DIGITS) for value in values]
            for metric, values in of.numbers.items()
        }
        for codec, of in scores.items()
    }


def unequal(*by_quality: Mapping[str, Scores]) -> list[str]:
    """A note on each coder with files further than 1 % from plain JPEG's bytes, or none at all."""
    notes = []
    for codec in by_quality[0]:
        ratios = np.concatenate(
            [
                of[codec].numbers.get("bytes_ratio", [math.nan] * len(of[codec].keys))
                for of in by_quality
            ]
        )
        off, failed = int((np.abs(ratios - 1).round(6) > EQUAL).sum()), int(np.isnan(ratios).sum())
        if off:
            notes.append(
                f"{label(codec)}: {off} of {ratios.size} files are more than 1 % from plain "
                "JPEG's bytes"
            )
        if failed:
            notes.append(f"{label(codec)}: {failed} of {ratios.size} sizes could not be reached")
    return notes


def label(codec: str) -> str:
    """What tables and plots call a coder."""
    return codec_of(codec).label
