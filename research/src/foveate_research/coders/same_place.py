"""Does a copy still draw the eye to the same place?

An objection to coding by regions: artefacts in a poor background may be salient themselves. So each
model's map of the copy is held against its map of the original (CC), and against the fixations of
people who saw the original (NSS). The models are one that learnt from people and one that knows
contrast only and so sees artefacts for what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.pictures import read_picture
from foveate.saliency import predicted_map
from foveate_research.coders.codecs import PLAIN, decoded
from foveate_research.coders.coding import scores_at
from foveate_research.coders.coding_summary import label, per_picture, rows_of, unequal
from foveate_research.coders.scenes import Pixels, Scene
from foveate_research.coders.study import Study
from foveate_research.metrics.fixations import correlation, nss

MODELS = ("foveate-s", "spectral-residual")
CODECS = (PLAIN, "pillow-progressive", "mosaic", "foveate-none", "foveate", "foveate-eyes")
QUALITIES = (30, 50)


def metric_names(models: Sequence[str]) -> dict[str, str]:
    """Each number's name and title, model by model."""
    kinds = {
        "cc": "CC with the map of the original",
        "nss": "NSS of the original's fixations",
        "nss_change": "NSS, less that of the map of the original",
        "cc_viewers": "CC with the viewers' density",
    }
    return {f"{kind} {model}": f"{model}: {kinds[kind]}" for model in models for kind in kinds}


def place_numbers(scene: Scene, data: bytes, *, models: Sequence[str]) -> dict[str, float]:
    """What each model's map of the copy has in common with where the original drew the eye."""
    copy, found = decoded(data), {}
    for model in models:
        key = ("map of the original", model)
        if key not in scene.kept:
            scene.kept[key] = _map(scene.pixels, model)
        before, after = scene.kept[key], _map(copy, model)
        found[f"cc {model}"] = correlation(after, before)
        if scene.points is not None:
            found[f"nss {model}"] = nss(after, scene.points)
            found[f"nss_change {model}"] = found[f"nss {model}"] - nss(before, scene.points)
        if scene.density is not None:
            found[f"cc_viewers {model}"] = correlation(after, scene.density)
    return found


def _map(pixels: Pixels, model: str) -> npt.NDArray[np.float32]:
    return predicted_map(read_picture(pixels), model=model).values


def reproduce_same_place(
    study: Study, *, qualities: Sequence[int] = QUALITIES, models: Sequence[str] = MODELS
) -> dict[str, Any]:
    """The record: each coder's numbers and its differences to plain JPEG, quality by quality.

    models: that look at the copies. Raises as `Study.coded`.
    """
    measured = partial(place_numbers, models=tuple(models))
    scenes, notes = study.coded(CODECS, dict.fromkeys(qualities, measured))
    scores = {quality: scores_at(scenes, quality) for quality in qualities}
    first = scores[qualities[0]]
    shown = {n: title for n, title in metric_names(models).items() if n in first[PLAIN].numbers}
    return {
        "experiment": "same-place",
        **study.facts(),
        "metrics": shown,
        "labels": {codec: label(codec) for codec in first},
        "qualities": {
            str(quality): {
                "rows": rows_of(of, list(shown), against=(PLAIN,)),
                "per_picture": per_picture(of),
            }
            for quality, of in scores.items()
        },
        "notes": [*notes, *unequal(*scores.values())],
    }
