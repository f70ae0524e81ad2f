"""Tables of what `foveate evaluate` measured: maps beside fixations, masks and classes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from foveate.models.registry import list_models
from foveate_research.maps.fixations import HUMANS
from foveate_research.pages import markdown
from foveate_research.pages.markdown import ABSENT, number, table, with_interval

Row = dict[str, Any]

OBJECTS, ALL_CLASSES = "msrc21 val, objects", "msrc21 val, all classes"
VOC = "voc test, objects"
ATTENTION = (
    ("osie val", "nss", "OSIE val, NSS"),
    ("osie val", "auc_judd", "AUC-Judd"),
    ("osie val", "shuffled_auc", "shuffled AUC"),
    ("gaze-test crowd", "nss", "crowds, NSS"),
    ("gaze-test crowd", "auc_judd", "AUC-Judd"),
    ("gaze-test mit", "cc", "MIT1003, CC"),
    ("duts test", "max_f_of_mean_rates", "DUTS test, max F of mean rates"),
    ("duts test", "mae", "MAE"),
    (VOC, "object_recall_0.7", "VOC, found at 0.7"),
)
WAYS = {"none": "", "noise 0-50": ", noise", "jpeg 5-50": ", JPEG"}
ABLATIONS = "menet-ablations"
"""The record of MEnet and its ablations from equal trainings at 96 pixels and width 6."""
EQUAL = {
    "menet": "MEnet at 96 pixels",
    "menet-ce": "its classifier",
    "menet-ce-only": "`menet-ce-only`",
    "menet-ce-plain": "`menet-ce-plain`",
}
"""What its rows are called: `menet` and `menet-ce` are names of the larger network by now."""
RECALL = {
    "object_recall_0.6": "found at 0.6",
    "object_recall_0.7": "at 0.7",
    "object_recall_0.8": "at 0.8",
    "all_found_0.7": "pictures with all found at 0.7",
    "pointing_game": "pointing game",
    "energy_in_mask": "energy in masks",
}
PAIRS = (
    *(("msroi", "centre"), ("msroi-lite", "centre")),
    *(("msroi", "cam"), ("msroi", "cam-top-five"), ("msroi-top-five", "cam-top-five")),
    *(("msroi-lite", "cam-lite"), ("msroi-lite", "cam-lite-top-five")),
    ("msroi-lite-top-five", "cam-lite-top-five"),
    *(("msroi-fine", "cam-fine"), ("msroi", "msroi-released"), ("msroi", "msroi-fine")),
)
"""MS-ROI beside the maps that the paper's claim sets it above, and beside its variants."""


def score_rows(stem: str) -> dict[str, Row]:
    """The rows of results/STEM.json and results/STEM-*.json by what was measured on.

    Each row also has the command that measured it and the file that holds it; of two rows of one
    set and part, the later file's is taken.
    """
    folder = markdown.RESULTS
    found: dict[str, Row] = {}
    for path in (folder / f"{stem}.json", *sorted(folder.glob(f"{stem}-*.json"))):
        if path.is_file():
            record = json.loads(path.read_text())
            origin = {"command": record["command"], "results": f"results/{path.name}"}
            found |= {_title(row): row | origin for row in record["rows"]}
    return found


def _title(row: Row) -> str:
    title = f"{row['set']} {row['part']}"
    if "general" not in row:
        return title
    kind = "objects" if row["general"] else "things" if row["left_out"] else "all classes"
    return f"{title}, {kind}"


def means(estimates: Any) -> Any:
    """Estimates replaced by their means, at any depth."""
    if not isinstance(estimates, dict):
        return estimates
    if "mean" in estimates:
        return estimates["mean"]
    return {name: means(value) for name, value in estimates.items()}


def attention(models: Sequence[str] = ()) -> str:
    """Maps beside where people looked, and beside objects; of some models, or of all measured."""
    measured = score_rows("attention")
    known = [entry.name for entry in list_models()]
    there = {name for row in measured.values() for name in row["models"]}
    rows = {
        title: means(row["models"])
        for title, row in (measured | score_rows("object-recall")).items()
    }
    lines = [
        (
            name if name == HUMANS else f"`{name}`",
            *(number(rows.get(title, {}).get(name, {}).get(key)) for title, key, _ in ATTENTION),
        )
        for name in (*(models or known), HUMANS)
        if name in there
    ]
    return table(("model", *(heading for *_, heading in ATTENTION)), lines)


def objects() -> str:
    """F, max F and MAE on whole and on spoilt pictures."""
    return _robustness("objects")


def object_differences() -> str:
    """Maps minus MEnet's classifier, picture by picture."""
    return _robustness_differences("objects")


def ablations() -> str:
    """MEnet and its ablations at one size and width, as `objects`."""
    return _robustness(ABLATIONS, EQUAL)


def ablation_differences() -> str:
    """MEnet minus its ablations at one size and width, picture by picture."""
    return _robustness_differences(ABLATIONS, EQUAL)


def _robustness(stem: str, names: Mapping[str, str] = {}) -> str:
    """names: what the table calls some models, and the only ones that it shows; all when empty."""
    row = score_rows(stem).get("duts test")
    if row is None:
        return ABSENT
    columns = {"adaptive_f": "F", "max_f_of_mean_curve": "max F", "mae": "MAE"}
    measures = [(key, way) for way in WAYS for key in columns]
    lines = [
        (names.get(model, f"`{model}`"), *(number(of[way][key]["mean"]) for key, way in measures))
        for model, of in row["models"].items()
        if not names or model in names
    ]
    return table(("model", *(columns[key] + WAYS[way] for key, way in measures)), lines)


def _robustness_differences(stem: str, names: Mapping[str, str] = {}) -> str:
    row = score_rows(stem).get("duts test")
    if row is None:
        return ABSENT
    columns = {"adaptive_f": "F", "max_f_of_mean_curve": "max F"}
    measures = [(key, way) for key in columns for way in WAYS]
    pairs: dict[tuple[str, str], dict[tuple[str, str], Any]] = {}
    for each in row["differences"]:
        pair = tuple(names.get(name, f"`{name}`") for name in (each["first"], each["second"]))
        of = pairs.setdefault((pair[0], pair[1]), {})
        of[each["metric"], each["way"]] = each
    lines = [
        (f"{first} − {second}", *(with_interval(of.get(measure)) for measure in measures))
        for (first, second), of in pairs.items()
    ]
    return table(("", *(columns[key] + WAYS[way] for key, way in measures)), lines)


def recall(title: str, models: Sequence[str] = ()) -> str:
    """How many of the classes of a picture maps find; of some models, or of all that were measured.

    title: VOC, OBJECTS or ALL_CLASSES.
    """
    row = score_rows("object-recall").get(title)
    if row is None:
        return ABSENT
    chosen = {name: of for name, of in row["models"].items() if not models or name in models}
    numbers = next(iter(chosen.values()))["object_recall_0.7"]["pictures"]
    lines = [
        (f"`{name}`", *(number(of.get(key, {}).get("mean")) for key in RECALL))
        for name, of in chosen.items()
    ]
    several = sum(value is not None for value in numbers)
    return table((f"{several} pictures of two or more", *RECALL.values()), lines)


def recall_differences(models: Sequence[str] = ()) -> str:
    """Differences in object recall at 0.7, of pairs with one of the models in them, or of all."""
    columns = {
        VOC: "objects, VOC",
        OBJECTS: "objects, MSRC-21",
        ALL_CLASSES: "all classes, MSRC-21",
    }
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for title, row in score_rows("object-recall").items():
        for each in row["differences"]:
            if each["metric"] == "object_recall_0.7":
                found.setdefault((each["first"], each["second"]), {})[title] = each
    lines = [
        (f"`{first}` − `{second}`", *(with_interval(of.get(title)) for title in columns))
        for first, second in PAIRS
        if (of := found.get((first, second)))
        and (not models or first in models or second in models)
    ]
    return table(("", *columns.values()), lines)
