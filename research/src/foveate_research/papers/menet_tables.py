"""Tables I to IV of the MEnet paper: its printed rows beside what our networks reach.

Cai et al., "MEnet: A Metric Expression Network for Salient Object Segmentation" (2018). Ours are
trained on other data and at other widths, which the notes state; F is at twice the map's mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foveate.models.entry import ModelEntry
from foveate.models.registry import get_model, list_models
from foveate_research.intervals import Estimate
from foveate_research.maps.masks import MaskScores, measure_masks
from foveate_research.maps.measuring import Source, Tick, ignore, maps_of_model
from foveate_research.maps.robustness import Spoiling, measure_robustness
from foveate_research.papers.menet_sets import MaskSet, own_split
from foveate_research.papers.printed import Numbers, printed_facts, printed_table

TABLES = ("menet-table1", "menet-table2", "menet-table3", "menet-table4")
MODELS = {
    "menet-table1": ("menet", "menet-ce", "foveate-s-mask", "spectral-residual"),
    "menet-table2": ("menet", "menet-ce", "menet-ce-plain", "foveate-s-mask", "spectral-residual"),
    "menet-table3": ("menet-ce-plain", "menet-ce-only", "menet-ce", "menet"),
    "menet-table4": ("menet",),
}
"""What is measured where no model is named; those that the registry has."""

BASELINES = ("foveate-s-mask", "spectral-residual")
COMPARED = (
    ("menet", "menet-ce-plain"),
    ("menet", "menet-ce-only"),
    ("menet", "menet-ce"),
    ("menet-ce", "menet-ce-plain"),  # the training, and the thirteen scales
    ("menet-ce", "menet-ce-only"),
)
NOISE, JPEG = Spoiling("noise"), Spoiling("jpeg")
METRICS = {"F": "adaptive_f", "max F": "max_f_of_mean_curve", "MAE": "mae"}
"""A table's name of a metric, and measuring's."""

Measured = dict[str, Estimate]
"""Metric ("F", "max F", "MAE"; "noise", "jpeg" and "max F, noise" under distortion) -> value."""


@dataclass(frozen=True)
class Difference:
    """One model's mean minus another's over the same pictures of a set."""

    first: str
    second: str
    set_name: str
    metric: str
    estimate: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "set": self.set_name,
            "metric": self.metric,
            **self.estimate.to_dict(),
        }


@dataclass(frozen=True)
class Table:
    """A table of the paper and ours: method or model -> set -> metric -> value."""

    name: str
    metrics: tuple[str, ...]  # of the printed table
    printed: dict[str, dict[str, Numbers]]
    ours: dict[str, dict[str, Measured]]
    differences: list[Difference]
    sets: dict[str, dict[str, Any]]
    notes: list[str]

    @property
    def columns(self) -> list[str]:
        """Sets of the paper, then ours that it does not have."""
        printed = printed_table(self.name).sets
        return printed + [name for name in self.sets if name not in printed]

    def to_dict(self) -> dict[str, Any]:
        """What `foveate reproduce --json` prints."""
        return {
            "experiment": self.name,
            "printed": self.printed,
            "ours": {
                model: {
                    name: {metric: value.to_dict() for metric, value in measured.items()}
                    for name, measured in by_set.items()
                }
                for model, by_set in self.ours.items()
            },
            "differences": [found.to_dict() for found in self.differences],
            "sets": self.sets,
            "notes": self.notes,
        }


def reproduce_table(
    name: str,
    sets: Mapping[str, MaskSet],
    models: Sequence[str] | None = None,
    *,
    tick: Tick = ignore,
) -> Table:
    """Measure models on sets and set them beside a table of the paper.

    name: one of TABLES. models: names of the registry; MODELS[name] when None.

    Raises:
        ModelError: no such model.
        DatasetError: a set is not laid out as its reader expects.
    """
    chosen = default_models(MODELS[name]) if models is None else list(models)
    sources: dict[str, Source] = {model: maps_of_model(model) for model in chosen}
    ours: dict[str, dict[str, Measured]] = {model: {} for model in chosen}
    differences: list[Difference] = []
    for set_name, pictures in sets.items():
        scores = _scores(name, pictures, sources, tick)
        for model in chosen:
            ours[model][set_name] = _measured({way: of[model] for way, of in scores.items()})
        for way, of in scores.items():
            for first, second in COMPARED:
                if first in of and second in of:
                    less = of[first].less(of[second])
                    differences += [
                        Difference(
                            first, second, set_name, _named(title, way), less[METRICS[title]]
                        )
                        for title in ("F", "max F")
                    ]
    table = printed_table(name)
    return Table(
        name=name,
        metrics=tuple(table.metrics),
        printed=table.rows,
        ours=ours,
        differences=differences,
        sets={key: pictures.described() for key, pictures in sets.items()},
        notes=notes_on(chosen, list(sets)),
    )


def default_models(wanted: Sequence[str]) -> list[str]:
    """Those of the names that the registry has, or else the baselines."""
    there = {entry.name for entry in list_models()}
    return [model for model in wanted if model in there] or list(BASELINES)


def _scores(
    name: str, pictures: MaskSet, sources: Mapping[str, Source], tick: Tick
) -> dict[str, dict[str, MaskScores]]:
    """The scores by what the table calls its F: "F", or "noise" and "jpeg"."""
    if name != "menet-table2":
        return {"F": measure_masks(pictures, sources, brief=True, tick=tick)}
    found = measure_robustness(pictures, sources, spoilings=(NOISE, JPEG), tick=tick)
    return {"noise": found[NOISE.name], "jpeg": found[JPEG.name]}


def _measured(scores: Mapping[str, MaskScores]) -> Measured:
    """The printed metrics, and those that the paper leaves out."""
    found: Measured = {}
    for way, of in scores.items():
        estimates = of.estimates()
        if way == "F":
            found |= {title: estimates[metric] for title, metric in METRICS.items()}
        else:
            found |= {_named(title, way): estimates[METRICS[title]] for title in ("F", "max F")}
    return found


def _named(title: str, way: str) -> str:
    """What a metric of a way of spoiling is called: "F" of whole pictures has no way."""
    if way == "F":
        return title
    return way if title == "F" else f"{title}, {way}"


def notes_on(models: Sequence[str], sets: Sequence[str]) -> list[str]:
    """What a reader has to know before setting our numbers beside the paper's."""
    paper = printed_facts("menet")
    notes = [
        f"printed rows: {paper['source']}; its network is trained on {paper['trained_on']}",
        *(f"{model}: {trained_on(get_model(model))}" for model in models),
        *unequal(models),
        "F is at twice the map's mean, beta² 0.3; the paper does not state its threshold",
    ]
    for name in sets:
        if own_split(name):
            notes.append(f"{name}: pictures dealt by their names' hash, the paper lists no split")
        elif name not in printed_table("menet-table1").sets:
            notes.append(f"{name}: not a set of the paper; no printed row can be compared with it")
    return notes


def unequal(models: Sequence[str]) -> list[str]:
    """A line for each compared pair whose networks differ in width, size or steps."""
    return [
        f"{first} and {second} are not of equal trainings: width, size or steps differ, so their"
        " difference is not that of the loss alone"
        for first, second in COMPARED
        if {first, second} <= set(models) and _extent(first) != _extent(second)
    ]


def _extent(model: str) -> tuple[Any, ...]:
    card = get_model(model).card or {}
    options = card.get("architecture", {}).get("options", {})
    steps = card.get("training", {}).get("steps")
    return options.get("width"), options.get("size"), steps


def trained_on(entry: ModelEntry) -> str:
    """One line on a model's training: data, steps, size of the network."""
    card = entry.card
    if card is None:
        return "not trained"
    training = card.get("training", {})
    data = ", ".join(
        f"{facts['set']} {facts['part']} ({facts['count']:,} pictures)"
        for facts in training.get("data", [])
    )
    options = card.get("architecture", {}).get("options", {})
    size = [f"{key} {options[key]}" for key in ("width", "size") if key in options]
    steps = f"{training['steps']:,} steps" if "steps" in training else ""
    return "; ".join(part for part in (f"trained on {data}", steps, ", ".join(size)) if part)
