"""Foveate against the best rival of each picture, from coded scenes or from a record of them.

No one encoder is the best on all pictures, so a set's mean hides that a reader could choose the
rival that suits a picture. Here each picture has the rival against which Foveate saves least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from foveate_research.coders.coding import CodedScene
from foveate_research.coders.coding_summary import label
from foveate_research.coders.picture_curves import picture_bd_rate
from foveate_research.intervals import mean_estimate

RIVALS = ("mozjpeg", "mozjpeg-5", "jpegli-progressive")
TABLES_OF_MOZJPEG = ("mozjpeg", "mozjpeg-5")
WORSE_BY = "ssimulacra2"


def against_best(scenes: Sequence[CodedScene], metrics: Sequence[str]) -> dict[str, Any]:
    """What bytes each Foveate takes over the best rival of each picture, and where it is worse.

    "rivals" are those of RIVALS that were measured. "bd_rate_per_cent": coder -> metric -> the mean
    over pictures of the highest BD-rate against any of them, with its interval; "scenes" counts the
    pictures on which all curves rise and overlap. "worse_per_cent": coder -> the share of pictures
    on which it takes more bytes by SSIMULACRA 2 than mozjpeg with the better of its tables.
    """
    there = list(next(iter(scenes[0].numbers.values())))
    rivals = [name for name in RIVALS if name in there]
    tables = [name for name in TABLES_OF_MOZJPEG if name in there]
    coders = [name for name in there if name.startswith("foveate")]
    rates: dict[str, dict[str, Any]] = {}
    worse: dict[str, float] = {}
    for codec in coders if rivals else ():
        rates[codec] = {}
        for metric in metrics:
            values = _highest(scenes, codec, rivals, metric)
            if values.size:
                told = mean_estimate(values).to_dict()
                rates[codec][metric] = {**told, "scenes": int(values.size)}
        if tables and WORSE_BY in metrics:
            values = _highest(scenes, codec, tables, WORSE_BY)
            if values.size:
                worse[codec] = round(100 * float(np.mean(values > 0)), 1)
    return {"rivals": rivals, "bd_rate_per_cent": rates, "worse_per_cent": worse}


def how_chosen(best: Mapping[str, Any]) -> list[str]:
    """A note on what the numbers of `against_best` mean; none where there are none."""
    if not best["bd_rate_per_cent"]:
        return []
    return [
        f"best rival: for each picture and measure that of {'; '.join(map(label, best['rivals']))} "
        "against which a coder saves least; a picture is worse than mozjpeg where mozjpeg takes "
        "fewer bytes by SSIMULACRA 2 with the better of its tables"
    ]


def _highest(
    scenes: Sequence[CodedScene], codec: str, rivals: Sequence[str], metric: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Each picture's highest BD-rate against any rival; without those that lack one."""
    values = np.array(
        [[picture_bd_rate(scene, codec, rival, metric) for rival in rivals] for scene in scenes]
    )
    highest = values.max(axis=1)
    return np.asarray(highest[np.isfinite(highest)])


def recorded_scenes(
    record: Mapping[str, Any], metrics: Sequence[str], *, start: str = ""
) -> list[CodedScene]:
    """A record's pictures whose names start so, with the numbers that BD-rates are made of."""
    scenes = []
    for at, key in enumerate(record["pictures"]):
        if not key.startswith(start):
            continue
        scene = CodedScene(key, "", 0)
        for quality, of in record["per_picture"].items():
            scene.numbers[int(quality)] = {
                codec: _numbers(numbers, ("bytes", *metrics), at) for codec, numbers in of.items()
            }
        scenes.append(scene)
    return scenes


def _numbers(of: Mapping[str, Any], names: Sequence[str], at: int) -> dict[str, float]:
    """One picture's numbers, null as NaN; nothing where the coder made no file of it."""
    found = {name: of[name][at] for name in names if name in of}
    if found.get("bytes") is None:
        return {}
    return {name: np.nan if value is None else value for name, value in found.items()}
