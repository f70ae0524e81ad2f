"""The tables of docs/models/NAME.md, from the networks' records and from results/."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from foveate.models.records import read_card
from foveate.models.registry import list_models
from foveate_research.maps.fixations import HUMANS
from foveate_research.pages import menet_seeds, scores
from foveate_research.pages.markdown import ABSENT, Tables, number, result, table

MEASURED = {
    **dict.fromkeys(("foveate-s", "salnet"), "attention"),
    "menet": "objects",
    **dict.fromkeys(("menet-ce-only", "menet-ce-plain"), scores.ABLATIONS),
    **dict.fromkeys(
        (
            *("cam", "cam-lite", "cam-fine"),
            *("msroi", "msroi-lite", "msroi-fine", "msroi-released"),
        ),
        "object-recall",
    ),
}
"""Where in results/ the numbers are that the record of a network quotes."""

GAZE = (
    *("centre", "spectral-residual", "salnet"),
    *("foveate-s", "foveate-s-gaze", "foveate-s-mask"),
)
"""The models of the table of where people look, on the pages of the networks that learnt it."""


def measured(record: str) -> dict[str, Any]:
    """What the record of a network tells of results/: means by set, beside baselines and people.

    Intervals, differences and the numbers of every picture stay in the file that each row names.
    """
    quoted = {entry.name for entry in list_models() if entry.record in (record, None)} | {HUMANS}
    rows = {}
    for title, row in scores.score_rows(MEASURED[record]).items():
        models = {name: scores.means(of) for name, of in row["models"].items() if name in quoted}
        rows[title] = {"command": row["command"], "results": row["results"], "models": models}
    return {"rows": rows}


def runs(training: dict[str, Any]) -> list[dict[str, Any]]:
    """A training and those that it began from or was taught by, the first one first."""
    before = [training[name] for name in ("started_from", "taught_by") if name in training]
    return [*(run for each in before for run in runs(each)), training]


def trainings(*records: str) -> str:
    """How networks were trained, each after the trainings that it began from or learnt from."""
    lines = []
    for card in map(read_card, records):
        for run in runs(card["training"]):
            name = f"`{card['name']}`" if run is card["training"] else ""
            libraries = ", ".join(f"{name} {of}" for name, of in run["libraries"].items())
            facts = (f"{run['steps']:,}", str(run["hours"]), str(run["seed"]), run["date"])
            lines.append((name, f"`{run['command']}`", *facts, run["hardware"], libraries))
    headings = ("network", "command", "steps", "hours", "seed", "date", "machine", "libraries")
    return table(headings, lines, numbers=False)


def weights(*records: str) -> str:
    """The files of weights."""
    lines = []
    for card in map(read_card, records):
        file, count = card["weights"], card["training"].get("weights")
        told = ABSENT if count is None else f"{count:,}"
        facts = (f"{file['bytes']:,}", file["licence"], f"`{file['sha256']}`")
        lines.append((f"`{file['file']}`", told, *facts))
    return table(("file", "weights", "bytes", "licence", "SHA-256"), lines, numbers=False)


def data(*records: str) -> str:
    """The sets that networks were trained on, each once."""
    sets = {
        (each["set"], each["part"]): (f"{each['count']:,}", each["terms"])
        for card in map(read_card, records)
        for each in card["training"]["data"]
    }
    lines = [(f"`{name}` {part}", *facts) for (name, part), facts in sets.items()]
    return table(("trained on", "pictures", "terms"), lines, numbers=False)


def limits(record: str) -> str:
    """What a network is for and what not."""
    return "\n".join(f"- {line}" for line in read_card(record)["use_and_limits"])


def noise_curve() -> str:
    """F of MEnet's figure 8 at each strength of noise."""
    lines = result("menet-figure8").get("lines", {}).get("duts test")
    if lines is None:
        return ABSENT
    strengths = next(iter(lines.values()))["sigma"]
    rows = [(f"`{name}`", *map(number, line["F"])) for name, line in lines.items()]
    return table(("F at noise of σ", *(f"{sigma:g}" for sigma in strengths)), rows)


def _page(*records: str, **measured: Callable[[], str]) -> Tables:
    made = {f.__name__: partial(f, *records) for f in (trainings, weights, data)}
    return {**measured, **made, "limits": partial(limits, records[0])}


def _label_page(*records: str) -> Tables:
    names = [each.name for each in list_models() if each.record in records]
    rows = [*names, "centre", "spectral-residual"]
    return _page(
        *records,
        voc=partial(scores.recall, scores.VOC, rows),
        objects=partial(scores.recall, scores.OBJECTS, rows),
        classes=partial(scores.recall, scores.ALL_CLASSES, rows),
        differences=partial(scores.recall_differences, names),
    )


def model_pages() -> dict[str, Tables]:
    """The tables of every page by its path from the repository's root."""
    objects = {
        "objects": scores.objects,
        "differences": scores.object_differences,
        "noise-curve": noise_curve,
        "ablations": scores.ablations,
        "ablation-differences": scores.ablation_differences,
        **menet_seeds.TABLES,
    }
    attention = partial(scores.attention, GAZE)
    pages = {
        "foveate-s": _page("foveate-s", attention=attention),
        "salnet": _page("salnet", attention=attention),
        "menet": _page("menet", "menet-ce-only", "menet-ce-plain", **objects),
        "msroi": _label_page("msroi", "msroi-lite", "msroi-fine"),
        "cam": _label_page("cam", "cam-lite", "cam-fine"),
        "msroi-released": _label_page("msroi-released"),
    }
    return {f"docs/models/{name}.md": tables for name, tables in pages.items()}
