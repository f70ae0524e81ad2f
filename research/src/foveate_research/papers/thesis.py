"""Tables 4.1 and 4.2 of Arazo's thesis beside ours, and what its controls say.

Ours are trained on other, smaller sets, which the notes state: gains can be compared, accuracies
cannot. A gain has two kinds of chance in it: which pictures were measured (an interval over
resampled pictures, the same for both networks) and which weights a training began with (an interval
over seeds, Student's t, where both networks have two or more).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, printable
from foveate_research.datasets.damage import dataset_text
from foveate_research.intervals import Estimate, paired_difference
from foveate_research.papers.printed import printed_facts
from foveate_research.thesis.names import RESNET, Experiment, parse_experiment

MOST_IMPROVED = 3
KEPT_HITS = 5000
"""A record keeps picture-by-picture results of at most so many pictures."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Trained:
    """All seeds of one experiment. hits (pictures,): share of seeds that were right."""

    experiment: Experiment
    records: tuple[Record, ...]

    def of_seeds(self, seeds: Collection[int]) -> Trained:
        """The same without other seeds."""
        return Trained(self.experiment, tuple(r for r in self.records if r["seed"] in seeds))

    @property
    def seeds(self) -> list[int]:
        return [record["seed"] for record in self.records]

    def values(self, metric: str) -> list[float]:
        """The accuracy "top1" or "top5" of every seed, in per cent."""
        return [100 * float(record[metric]) for record in self.records]

    def mean(self, metric: str) -> float:
        return float(np.mean(self.values(metric)))

    @property
    def hits(self) -> npt.NDArray[np.float64]:
        each = [[int(digit) for digit in record["hits"]] for record in self.records]
        return np.asarray(np.mean(each, axis=0))

    @property
    def per_class(self) -> npt.NDArray[np.float64]:
        """(classes,) top-1 in per cent, mean of the seeds; NaN for classes without pictures."""
        rows = [
            [np.nan if value is None else 100 * value for value in record["per_class"]]
            for record in self.records
        ]
        return np.asarray(np.mean(rows, axis=0))

    def to_dict(self) -> dict[str, Any]:
        first = self.records[0]
        found = {
            "seeds": self.seeds,
            "epochs": first["epochs"],
            "weights": first["weights"],
            "seconds": [record["seconds"] for record in self.records],
            "device": first["device"],
        }
        for metric in ("top1", "top5"):
            values = self.values(metric)
            found[metric] = {
                "mean": round(self.mean(metric), 3),
                "deviation": round(float(np.std(values, ddof=1)), 3) if len(values) > 1 else None,
                "seeds": [round(value, 3) for value in values],
            }
        return found


def thesis_record(
    records: Sequence[Record], classes: Sequence[str], titles: Mapping[str, str]
) -> dict[str, Any]:
    """Everything that `foveate reproduce thesis` tells of the trainings done.

    Raises:
        DatasetError: no training is done, or they are of several packs, epochs, batches or widths.
    """
    if not records:
        raise DatasetError("no training is done yet")
    trained = by_experiment(records)
    _refuse_mixed(trained)
    pictures = records[0]["val_labels"]
    printed = printed_facts("thesis")
    found: dict[str, Any] = {
        "experiment": "thesis",
        "pack": records[0]["pack"],
        "table4.1": {name: _row(trained, name) for name in trained},
        "table4.2": {
            name: _most_improved(pair, classes, titles, pictures)
            for name in trained
            if (pair := _beside_reference(trained, name)) is not None
        },
        "differences": [each.to_dict() for each in differences(trained)],
        "printed": {key: printed[key] for key in ("source", "table4.1", "table4.2", "at 227")},
        "notes": _notes(records[0]),
    }
    if len(pictures) <= KEPT_HITS:
        found["val_labels"] = pictures
        found["hits"] = {
            name: {str(record["seed"]): record["hits"] for record in each.records}
            for name, each in trained.items()
        }
    return found


def read_earlier(path: Path) -> Record:
    """What `foveate reproduce thesis` recorded. DatasetError without results picture by picture."""
    try:
        found: Record = json.loads(dataset_text(path, "record of results"))
        missing = [key for key in ("pack", "table4.1", "hits", "val_labels") if key not in found]
    except (ValueError, TypeError, RecursionError) as error:
        raise DatasetError(f"{printable(path)} cannot be read as a record") from error
    if missing:
        raise DatasetError(
            f"{printable(path)} is no record of 'foveate reproduce thesis' with results picture by "
            f"picture: it has no '{missing[0]}'"
        )
    return found


def with_earlier(records: Sequence[Record], earlier: Record) -> list[Record]:
    """The trainings, and those that an earlier record tells of, as if they had been trained here.

    A training that both have is the earlier one's. The pictures must be the same; a pack's hash may
    differ, because another processor rounds a map otherwise. A record does not state batch size and
    width, which are taken to be those of the trainings.

    Raises:
        DatasetError: the record is of other pictures.
    """
    first = records[0]
    packs = [{**record["pack"], "sha256": ""} for record in (first, earlier)]
    if packs[0] != packs[1] or first["val_labels"] != earlier["val_labels"]:
        raise DatasetError("the earlier record is of other pictures or maps than these trainings")
    told = [
        _told(earlier, name, place, seed, beside=first)
        for name, row in earlier["table4.1"].items()
        for place, seed in enumerate(row["seeds"])
    ]
    known = {(each["experiment"], each["seed"]) for each in told}
    return told + [r for r in records if (r["experiment"], r["seed"]) not in known]


def _told(earlier: Record, name: str, place: int, seed: int, *, beside: Record) -> Record:
    """One training of an earlier record; place: of its seed in the row."""
    row, hits = earlier["table4.1"][name], earlier["hits"][name][str(seed)]
    labels, count = np.asarray(earlier["val_labels"]), len(hits)
    stated = {metric: row[metric]["seeds"][place] / 100 for metric in ("top1", "top5")}
    right = np.array([int(digit) for digit in hits])
    mine = [right[labels == label] for label in range(earlier["pack"]["classes"])]
    return {
        **{key: row[key] for key in ("epochs", "weights", "device")},
        **{key: beside.get(key) for key in ("pack", "batch", "hidden", "val_labels")},
        # as it was before the record rounded it: a whole number of pictures
        **{metric: round(round(share * count) / count, 6) for metric, share in stated.items()},
        "experiment": name,
        "seed": seed,
        "seconds": row["seconds"][place],
        "per_class": [round(float(each.mean()), 5) if len(each) else None for each in mine],
        "hits": hits,
    }


def _refuse_mixed(trained: Mapping[str, Trained]) -> None:
    """DatasetError where trainings differ in more than the experiment."""
    records = [record for each in trained.values() for record in each.records]
    kinds: dict[str, set[Any]] = {
        "packs": {record["pack"]["sha256"] for record in records},
        "batch sizes": {record.get("batch") for record in records},
        "widths": {record.get("hidden") for record in records},
    }
    # what goes on from a trained network is trained for a third of the epochs
    for from_scratch in (True, False):
        kinds["epochs" if from_scratch else "further epochs"] = {
            record["epochs"]
            for each in trained.values()
            for record in each.records
            if (each.experiment.start == "scratch") == from_scratch
        }
    several = [kind for kind, found in kinds.items() if len(found) > 1]
    if several:
        raise DatasetError(f"these trainings are of several {several[0]}: give each its own -o")


def by_experiment(records: Sequence[Record]) -> dict[str, Trained]:
    """Seeds together: the thesis' table first, then the rest by name."""
    order = {name: place for place, name in enumerate(printed_facts("thesis")["table4.1"])}
    names = sorted({r["experiment"] for r in records}, key=lambda name: (order.get(name, 99), name))
    return {
        name: Trained(parse_experiment(name), tuple(r for r in records if r["experiment"] == name))
        for name in names
    }


@dataclass(frozen=True)
class Difference:
    """First minus second, points of top-1, of the seeds that both have. over_seeds: None of one."""

    first: str
    second: str
    of_seeds: list[int]
    over_pictures: Estimate
    over_seeds: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "points": round(self.over_pictures.mean, 3),
            "of_seeds": self.of_seeds,
            "pictures": self.over_pictures.to_dict(3)["interval_95"],
            "seeds": None if self.over_seeds is None else self.over_seeds.to_dict(3)["interval_95"],
        }


def differences(trained: Mapping[str, Trained]) -> list[Difference]:
    """What decides: the map against none and others, who teaches, the mean, leaving out conv2."""
    pairs = []
    for name, each in trained.items():
        experiment = each.experiment
        if experiment.sees_map or experiment.is_taught:
            pairs.append((name, experiment.without_map.name))
        if experiment.maps == "own":
            twins = [
                t for t, other in trained.items() if _differs_in_map(other.experiment, experiment)
            ]
            pairs += [(name, twin) for twin in twins]
        if experiment.ones:
            pairs.append((name, replace(experiment, ones=False).name))
        if experiment.teacher:
            pairs.append((name, replace(experiment, teacher=False, attention=True).name))
        if experiment.mean:
            pairs.append((name, replace(experiment, mean=False).name))
    pairs.append(("no-conv2", "rgb"))
    pairs.append(("fan-in3", "rgb"))
    known = [(a, b) for a, b in dict.fromkeys(pairs) if a in trained and b in trained]
    matched = [same_seeds(trained[a], trained[b]) for a, b in known]
    return [_difference(first, second) for first, second in matched if first.records]


def same_seeds(first: Trained, second: Trained) -> tuple[Trained, Trained]:
    """Both with the seeds that both have: a lucky seed of one alone is no gain."""
    return first.of_seeds(second.seeds), second.of_seeds(first.seeds)


def seed_interval(first: Sequence[float], second: Sequence[float]) -> Estimate | None:
    """Student's 95 % interval of the difference of two means, spreads pooled."""
    freedom = len(first) + len(second) - 2
    if min(len(first), len(second)) < 2:
        return None
    from scipy.stats import t

    squares = sum(((np.asarray(each) - np.mean(each)) ** 2).sum() for each in (first, second))
    error_of_mean = (squares / freedom * (1 / len(first) + 1 / len(second))) ** 0.5
    reach = float(t.ppf(0.975, freedom)) * float(error_of_mean)
    mean = float(np.mean(first) - np.mean(second))
    return Estimate(mean, mean - reach, mean + reach)


def parameter_notes() -> list[str]:
    """Where the thesis' counts, and what it says of them, do not hold."""
    notes: list[str] = printed_facts("thesis")["slips"]
    return notes


def _differs_in_map(other: Experiment, experiment: Experiment) -> bool:
    """Whether the other is the same training with another's, a constant or a centred map.

    With a constant a branch's shifts begin at 1 by themselves.
    """
    ones = experiment.ones and other.maps != "constant"
    return other.maps != "own" and other == replace(experiment, maps=other.maps, ones=ones)


def _difference(first: Trained, second: Trained) -> Difference:
    return Difference(
        first.experiment.name,
        second.experiment.name,
        first.seeds,
        paired_difference(100 * first.hits, 100 * second.hits),
        seed_interval(first.values("top1"), second.values("top1")),
    )


def _beside_reference(trained: Mapping[str, Trained], name: str) -> tuple[Trained, Trained] | None:
    """The network of that name and the one that its gain is measured over, with common seeds only.

    The thesis measures gains over rgb, also where conv2 is left out. The gain of a network that
    goes on from a trained one is measured over rgb+tuned, which trains on for as long. None where
    that reference was not trained, or shares no seed.
    """
    experiment = trained[name].experiment
    network = RESNET if experiment.is_resnet else "rgb"
    reference = replace(experiment.without_map, network=network).name
    if reference == name or reference not in trained:
        return None
    pair = same_seeds(trained[name], trained[reference])
    return pair if pair[0].records else None


def _row(trained: Mapping[str, Trained], name: str) -> dict[str, Any]:
    row = trained[name].to_dict()
    pair = _beside_reference(trained, name)
    if pair is not None:
        own, reference = pair
        for metric in ("top1", "top5"):
            row[metric]["gain"] = round(own.mean(metric) - reference.mean(metric), 3)
        row["gain_over"] = reference.experiment.name
        row["gain_of_seeds"] = own.seeds
    return row


def _most_improved(
    pair: tuple[Trained, Trained],
    classes: Sequence[str],
    titles: Mapping[str, str],
    labels: Sequence[int],
) -> list[dict[str, Any]]:
    gains = pair[0].per_class - pair[1].per_class  # NaN where a class has no picture
    told = min(MOST_IMPROVED, int(np.isfinite(gains).sum()))
    best = np.argsort(-gains, kind="stable")[:told]
    return [
        {
            "class": titles.get(classes[label], classes[label]),
            "gain": round(float(gains[label]), 1),
            "pictures": int(np.count_nonzero(np.asarray(labels) == label)),
        }
        for label in best.tolist()
    ]


def _notes(record: Record) -> list[str]:
    printed, pack = printed_facts("thesis"), record["pack"]
    counts = ", ".join(f"{count:,} {part}" for part, count in pack["counts"].items())
    return [
        f"printed rows: {printed['source']}; {printed['trained_on']}; {printed['measured_on']}",
        f"ours: {pack['set']} ({counts} pictures, {pack['classes']} classes) at {pack['side']} "
        f"pixels, maps by {pack['model']['name']}; the last epoch's network, none chosen",
        "gains are over rgb with the same treatment of means, over rgb+tuned where a network goes "
        "on from a trained one, of the seeds that both have; printed with one training each",
        "intervals are 95 %: over pictures by resampling, over seeds by Student's t",
    ]
