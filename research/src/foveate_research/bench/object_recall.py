"""Do MS-ROI's maps find every object where a class activation map finds one?

Object recall on pictures of two labelled classes or more (msrc21 val): a class is found when the
map's mean percentile rank inside its mask is at least 0.7. Three ways of looking for them:

- "objects": general classes of things, buildings among them; a face and its body are one person,
  a cow and a dog two animals of one class. Sky, grass and the like count as background.
- "things": the set's own classes without surroundings, in the set's usual division; on msrc21 val
  these are faces and bodies only.
- "all classes": what covers a picture whole cannot all rank high in it, so no map can find all.

Differences are picture by picture, with 95 % intervals over pictures.

    python -m foveate_research.bench.object_recall --data DIR [--models NAME ...] [--save results/...json]

DIR holds the set's val-*.tar of KEY.webp + KEY.mask.png + KEY.json, and its manifest.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from foveate.models.registry import get_model
from foveate.models.session import run_network
from foveate.saliency.glance import glance
from foveate_research.datasets.labels import LabelledPicture, read_classes, read_labelled
from foveate_research.datasets.shards import shard_paths
from foveate_research.maps.localisation import STUFF, measure_localisation
from foveate_research.maps.measuring import MapOf, Scores, difference, maps_of_model
from foveate_research.models.classes import general_classes
from foveate_research.models.readings.msroi import ranked_things
from foveate_research.records import files_hash, head, publish

MODELS = ("centre", "spectral-residual", "cam", "cam-top-five", "msroi", "msroi-top-five")
PAIRS = (("msroi", "cam"), ("msroi", "cam-top-five"), ("msroi-top-five", "cam-top-five"))
OVER_THRESHOLD = ("msroi", "msroi-lite", "msroi-fine")
"""Those that sum the maps of all classes over their thresholds."""
DIGITS = 4


def row(found: dict[str, Scores], models: tuple[str, ...]) -> dict[str, Any]:
    """Means with intervals and the numbers of every picture, and the paired differences."""
    told = {}
    for model in models:
        estimates = found[model].estimates()
        told[model] = {
            metric: estimate.to_dict(DIGITS)
            | {"pictures": found[model].known(metric).round(DIGITS).tolist()}
            for metric, estimate in estimates.items()
        }
    recalls = [name for name in found[models[0]].numbers if "recall" in name or "found" in name]
    compared = {
        f"{first} - {second}": {
            metric: difference(found[first], found[second], metric).to_dict(DIGITS)
            for metric in recalls
        }
        for first, second in pairs(models)
    }
    return {"models": told, "differences": compared}


def pairs(models: tuple[str, ...]) -> list[tuple[str, str]]:
    """The pairs of the paper's claim among the models, of every trunk and list of classes."""
    endings = ("", "-lite", "-fine")
    wanted = []
    for ending in endings:
        for first, second in PAIRS:
            names = [_with_ending(name, ending) for name in (first, second)]
            if all(name in models for name in names):
                wanted.append((names[0], names[1]))
    if "msroi" in models:
        others = ("msroi-released", "msroi-fine")
        wanted += [("msroi", other) for other in others if other in models]
    return wanted


def _with_ending(name: str, ending: str) -> str:
    """ "cam-top-five" and "-lite" make "cam-lite-top-five"."""
    family, _, rest = name.partition("-")
    return f"{family}{ending}" + (f"-{rest}" if rest else "")


def remembered(source: MapOf) -> MapOf:
    """The source, asked once for each picture: the three ways look at the same arrays."""
    kept: dict[int, np.ndarray] = {}

    def ask(pixels: np.ndarray) -> np.ndarray:
        if id(pixels) not in kept:
            kept[id(pixels)] = source(pixels)
        return kept[id(pixels)]

    return ask


def fold(
    picture: LabelledPicture, classes: tuple[str, ...], wide_names: tuple[str, ...]
) -> LabelledPicture:
    """The picture with its labels and class mask in general classes."""
    fold_of = general_classes().folds["msrc21"]
    table = np.array([wide_names.index(fold_of.get(name, "void")) for name in classes], np.uint8)
    assert picture.class_mask is not None
    labels = tuple(dict.fromkeys(fold_of[label] for label in picture.labels))
    return replace(picture, labels=labels, class_mask=table[picture.class_mask])


def classes_over_threshold(model: str, pictures: list[LabelledPicture]) -> dict[str, int]:
    """How many pictures have how many classes of objects in the sum of equation 5."""
    entry, counts = get_model(model), Counter[int]()
    assert entry.record is not None
    for picture in pictures:
        height, width = entry.size(*picture.pixels.shape[:2])
        seen = glance(picture.pixels, height=height, width=width)
        outputs = run_network(entry.record, seen, 1)
        counts[int((outputs["scores"][ranked_things(outputs)] > 0).sum())] += 1
    return {str(count): counts[count] for count in sorted(counts)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled set")
    parser.add_argument("--part", default="val")
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()

    models = tuple(options.models)
    classes = read_classes(options.data)
    pictures = list(read_labelled(options.data, options.part))
    sources = {name: remembered(maps_of_model(name, threads=1)) for name in models}
    rows = {}
    general = general_classes()
    wide_names = ("void", *general.classes)
    stuff = frozenset(
        name for name, thing in zip(general.classes, general.things, strict=True) if not thing
    )
    folded = [fold(picture, classes, wide_names) for picture in pictures]
    ways = (
        ("objects", folded, wide_names, stuff),
        ("things", pictures, classes, STUFF),
        ("all classes", pictures, classes, frozenset[str]()),
    )
    for title, seen, names, left_out in ways:
        looked_for = [sum(label not in left_out for label in each.labels) for each in seen]
        found = measure_localisation(seen, sources, classes=names, leave_out=left_out)
        rows[title] = {
            "left_out": sorted(left_out),
            "of_two_or_more": int((np.array(looked_for) >= 2).sum()),
        } | row(found, models)
    several = [each for each in folded if sum(label not in stuff for label in each.labels) >= 2]
    publish(
        {
            **head(["numpy", "onnxruntime", "foveate"]),
            "set": {
                "folder": options.data.name,
                "part": options.part,
                "count": len(pictures),
                "sha256": files_hash(shard_paths(options.data, options.part)),
            },
            "rows": rows,
            "classes_over_threshold": {
                model: {
                    "pictures": classes_over_threshold(model, folded),
                    "of_two_or_more_objects": classes_over_threshold(model, several),
                }
                for model in models
                if model in OVER_THRESHOLD
            },
        },
        options.save,
    )


if __name__ == "__main__":
    main()
