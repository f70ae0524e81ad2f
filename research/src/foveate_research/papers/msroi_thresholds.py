"""How many classes are over their thresholds, so that equation 5 of the MS-ROI paper sums them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from foveate.errors import OptionError
from foveate.models.registry import get_model
from foveate.models.session import run_network
from foveate.saliency.glance import glance
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.datasets.sets import PictureSet
from foveate_research.maps.measuring import Pixels, Tick, ignore
from foveate_research.models.readings.msroi import ranked_things
from foveate_research.records import head

MODELS = ("msroi", "msroi-fine", "msroi-lite")


def thresholds_record(
    pictures: PictureSet[LabelledPicture],
    models: Sequence[str],
    *,
    stuff: Collection[str],
    tick: Tick = ignore,
) -> dict[str, Any]:
    """How many pictures have no class, one, two and so on over their thresholds, by model.

    The counts are of all pictures, and of those with two classes or more besides `stuff`.
    """
    every: dict[str, Counter[int]] = {model: Counter() for model in models}
    several: dict[str, Counter[int]] = {model: Counter() for model in models}
    for picture in pictures:
        tick(picture.key)
        objects = sum(label not in stuff for label in picture.labels)
        for model in models:
            count = classes_over_threshold(model, picture.pixels)
            every[model][count] += 1
            several[model][count] += objects >= 2
    return {
        **head(("foveate", "numpy", "onnxruntime")),
        **pictures.described(),
        "classes_over_threshold": {
            model: {
                "pictures": _by_count(every[model]),
                "of_two_or_more_objects": _by_count(several[model]),
            }
            for model in models
        },
    }


def classes_over_threshold(model: str, pixels: Pixels) -> int:
    """How many classes of objects a network's scores put over their thresholds in a picture.

    Raises OptionError for a model that has no such scores.
    """
    entry = get_model(model)
    outputs = {}
    if entry.record is not None:
        height, width = entry.size(*pixels.shape[:2])
        outputs = run_network(entry.record, glance(pixels, height=height, width=width), 1)
    if "scores" not in outputs:
        raise OptionError(f"--model {model}: has no classes with thresholds, as msroi has")
    return int((outputs["scores"][ranked_things(outputs)] > 0).sum())


def _by_count(counts: Counter[int]) -> dict[str, int]:
    return {str(count): counts[count] for count in sorted(counts) if counts[count]}
