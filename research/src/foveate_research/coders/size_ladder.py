"""Figure 4 of Prakash et al. (DCC 2017): PSNR-HVS beside plain JPEG, one picture at many sizes."""

from __future__ import annotations

from functools import partial
from typing import Any

from foveate_research.coders.codecs import PLAIN
from foveate_research.coders.coding import LABELS, scene_numbers
from foveate_research.coders.coding_summary import label
from foveate_research.coders.study import Study
from foveate_research.papers.figures import Curves, plots
from foveate_research.papers.printed import printed_facts

CODECS = ("mosaic", "foveate-none", "foveate", "foveate-eyes")
METRICS = ("psnr_hvs", "psnr_s")
"""The figure's, and the one that shows what is gained for it."""
DIGITS = 4


def figure4(study: Study, *, quality: int = 50) -> tuple[dict[str, Any], Any]:
    """The record, and a figure of each coder's difference to plain JPEG over the sizes.

    study: of the scenes that `scenes.size_ladder` made. Raises as `Study.coded`.
    """
    measured = partial(scene_numbers, names=METRICS)
    scenes, notes = study.coded(CODECS, {quality: measured})
    names = list(scenes[0].numbers[quality])
    sides = [max(each.size) for each in study.files if each.size is not None]
    lines: dict[str, dict[str, list[float]]] = {}
    for name in names[1:]:
        lines[name] = {
            metric: [
                round(_number(at, name, metric) - _number(at, PLAIN, metric), DIGITS)
                for at in (scene.numbers[quality] for scene in scenes)
            ]
            for metric in METRICS
        }
    curves = [
        Curves(
            title=f"{LABELS[metric]} above plain JPEG",
            x_label="pixels of the longer side",
            y_label="dB",
            lines={label(name): (sides, line[metric]) for name, line in lines.items()},
            marked=True,
        )
        for metric in METRICS
    ]
    record = {
        "experiment": "figure4",
        **study.facts(),
        "quality": quality,
        "labels": {name: label(name) for name in lines},
        "sides": sides,
        "above_plain_jpeg": lines,
        "plain_jpeg": {
            metric: [
                round(_number(scene.numbers[quality], PLAIN, metric), DIGITS) for scene in scenes
            ]
            for metric in METRICS
        },
        "printed": printed_facts("msroi")["figure4"],
        "notes": ["one picture: there is no interval over pictures", *notes],
    }
    return record, plots(curves)


def _number(at: dict[str, dict[str, float]], codec: str, metric: str) -> float:
    return at[codec].get(metric, float("nan"))
