"""Figure 5 of Prakash et al. (DCC 2017): PSNR-HVS beside plain JPEG, category by category."""

from __future__ import annotations

from functools import partial
from typing import Any

from foveate_research.coders.codecs import PLAIN
from foveate_research.coders.coding import LABELS, CodedScene, scene_numbers, scores_at
from foveate_research.coders.coding_summary import label, per_picture, rows_of, unequal
from foveate_research.coders.study import Study
from foveate_research.intervals import Estimate
from foveate_research.papers.figures import bars
from foveate_research.papers.printed import printed_facts

CODECS = ("mosaic", "foveate", "foveate-eyes")
METRIC = "psnr_hvs"
METRICS = (METRIC, "psnr_s", "psnr_y")


def figure5(study: Study, *, quality: int = 50) -> tuple[dict[str, Any], Any]:
    """The record, and a figure of each coder's difference to plain JPEG a category, as intervals.

    study: of scenes with categories. Raises as `Study.coded`.
    """
    measured = partial(scene_numbers, names=METRICS)
    scenes, notes = study.coded(CODECS, {quality: measured})
    names = list(scenes[0].numbers[quality])
    groups: dict[str, list[CodedScene]] = {}
    for scene in scenes:
        groups.setdefault(scene.category, []).append(scene)
    rows = {
        category: rows_of(scores_at(of, quality), METRICS, against=(PLAIN,))
        for category, of in groups.items()
    }
    together = scores_at(scenes, quality)
    drawn = {
        label(name): [_estimate(of[name][METRIC][f"minus_{PLAIN}"]) for of in rows.values()]
        for name in names[1:]
    }
    figure = bars(list(rows), drawn, title=f"{LABELS[METRIC]} above plain JPEG, dB, 95 % intervals")
    record = {
        "experiment": "figure5",
        **study.facts(),
        "quality": quality,
        "metrics": {name: LABELS[name] for name in METRICS},
        "categories": rows,
        "all": rows_of(together, METRICS, against=(PLAIN,)),
        "labels": {name: label(name) for name in names},
        "per_picture": per_picture(together),
        "printed": printed_facts("msroi")["figure5"],
        "notes": [*notes, *unequal(together), *study.picture_notes()],
    }
    return record, figure


def _estimate(told: dict[str, Any]) -> Estimate:
    return Estimate(told["mean"], *told["interval_95"])
