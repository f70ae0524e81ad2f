"""The records of `foveate evaluate`: one row a set, with every model's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foveate_research.datasets.sets import PictureSet
from foveate_research.intervals import Estimate
from foveate_research.maps.measuring import Scores
from foveate_research.records import head

PACKAGES = ("foveate", "numpy", "onnxruntime", "Pillow")
DIGITS = 4


def scores_record(
    found: Mapping[str, Scores], pictures: PictureSet[Any], others: Sequence[str], **facts: Any
) -> dict[str, Any]:
    """Means with intervals and the numbers of every picture, and the differences to others."""
    keys = next(iter(found.values())).keys
    models = {
        name: {
            metric: estimate.to_dict() | _numbers(scores, metric, keys)
            for metric, estimate in scores.estimates().items()
        }
        for name, scores in found.items()
    }
    return _record(pictures, keys, models, list(_differences(found, others)), facts)


def spoilt_record(
    found: Mapping[str, Mapping[str, Scores]],
    pictures: PictureSet[Any],
    others: Sequence[str],
    **facts: Any,
) -> dict[str, Any]:
    """Means with intervals by model and way of spoiling, and the differences in each way."""
    models: dict[str, dict[str, Any]] = {}
    differences: list[dict[str, Any]] = []
    for way, of_way in found.items():
        for name, scores in of_way.items():
            models.setdefault(name, {})[way] = _told(scores.estimates())
        differences += [each | {"way": way} for each in _differences(of_way, others)]
    keys = next(iter(next(iter(found.values())).values())).keys
    return _record(pictures, keys, models, differences, facts)


def _record(
    pictures: PictureSet[Any],
    keys: list[str],
    models: dict[str, Any],
    differences: list[dict[str, Any]],
    facts: dict[str, Any],
) -> dict[str, Any]:
    row = pictures.described() | {"count": len(keys), "pictures": keys} | facts
    return head(PACKAGES) | {"rows": [row | {"models": models, "differences": differences}]}


def _differences(found: Mapping[str, Scores], others: Sequence[str]) -> Iterable[dict[str, Any]]:
    for second in others:
        for first in found:
            if first != second:
                for metric, estimate in found[first].less(found[second]).items():
                    yield {"first": first, "second": second, "metric": metric} | estimate.to_dict()


def _told(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {metric: estimate.to_dict() for metric, estimate in estimates.items()}


def _numbers(scores: Scores, metric: str, keys: Sequence[str]) -> dict[str, Any]:
    """Every picture's number, null where it has none; nothing for maxima over the set."""
    if metric not in scores.numbers:
        return {}
    of_key = dict(zip(scores.keys, rounded(scores.numbers[metric]), strict=True))
    return {"pictures": [of_key.get(key) for key in keys]}


def rounded(numbers: Iterable[float]) -> list[float | None]:
    """Numbers to four digits for JSON; NaN is null."""
    return [None if number != number else round(float(number), DIGITS) for number in numbers]
