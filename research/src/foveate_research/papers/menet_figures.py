"""Figures 6 to 8 of the MEnet paper: curves of spoilt pictures, and what the thirteen scales see.

Figure 6: precision and recall where noise of random strength was added. Figure 8: F against the
noise. The paper draws precision and recall from the cross-entropy head, the metric's maps being
nearly binary. Figure 7: the thirteen single-channel maps for a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from foveate.errors import ModelError
from foveate.models.registry import get_model
from foveate.models.session import Outputs, run_network
from foveate.pictures import Picture
from foveate.saliency import predicted_map
from foveate.saliency.glance import glance
from foveate.threads import usable_threads
from foveate_research.maps.masks import MaskScores
from foveate_research.maps.measuring import Tick, ignore, maps_of_model
from foveate_research.maps.robustness import NOISE_SIGMAS, Spoiling, measure_robustness
from foveate_research.metrics.masks import stretched
from foveate_research.models.readings.menet import SCALE_NAMES
from foveate_research.papers.figures import Curves, Panel, grid, plots
from foveate_research.papers.menet_sets import MaskSet
from foveate_research.papers.menet_tables import METRICS, default_models, notes_on
from foveate_research.papers.msroi_figures import small_picture

NO_NOISE = Spoiling("none")
RANDOM_NOISE = Spoiling("noise")
_CURVES = ("menet-ce", "menet-ce-only", "menet-ce-plain", "foveate-s-mask", "spectral-residual")
MODELS = {
    "menet-figure6": _CURVES,
    "menet-figure7": ("menet",),
    "menet-figure8": ("menet", *_CURVES),
}
"""What is measured where no model is named; those that the registry has."""

A_ROW = 8
DIGITS = 4

Line = dict[str, list[float]]
"""The values of a line on the x axis, then those on the y axis, by the axes' names."""


@dataclass(frozen=True)
class Drawn:
    """A figure and the numbers that it shows."""

    name: str
    figure: Any
    lines: dict[str, dict[str, Line]]  # set -> model -> line
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """What `foveate reproduce --json` prints."""
        return {"experiment": self.name, "lines": self.lines, "notes": self.notes}


def figure6(
    sets: Mapping[str, MaskSet], models: Sequence[str] | None = None, *, tick: Tick = ignore
) -> Drawn:
    """Precision against recall under noise of random strength, a plot a set."""

    def line_of(scores: Mapping[str, MaskScores]) -> Line:
        found = scores[RANDOM_NOISE.name]
        return {
            axis: _rounded(found.mean_curve(f"rounded {axis}")) for axis in ("recall", "precision")
        }

    axes = {"x_label": "recall", "y_label": "precision", "x_range": (0, 1), "y_range": (0, 1)}
    return _drawn(
        *("menet-figure6", sets, models, (RANDOM_NOISE,), line_of, axes),
        title="{}, noise of 0 to 50",
        tick=tick,
    )


def figure8(
    sets: Mapping[str, MaskSet], models: Sequence[str] | None = None, *, tick: Tick = ignore
) -> Drawn:
    """F, at twice the map's mean, against the standard deviation of the noise, a plot a set."""
    ways = (NO_NOISE, *(Spoiling("noise", sigma) for sigma in NOISE_SIGMAS))

    def line_of(scores: Mapping[str, MaskScores]) -> Line:
        means = [scores[way.name].known(METRICS["F"]).mean() for way in ways]
        return {"sigma": [0.0, *NOISE_SIGMAS], "F": _rounded(means)}

    label = "standard deviation of the noise, of 255"
    axes = {"x_label": label, "y_label": "F", "y_range": (0, 1), "marked": True}
    return _drawn("menet-figure8", sets, models, ways, line_of, axes, title="{}", tick=tick)


def _drawn(
    name: str,
    sets: Mapping[str, MaskSet],
    models: Sequence[str] | None,
    ways: Sequence[Spoiling],
    line_of: Callable[[Mapping[str, MaskScores]], Line],
    axes: Mapping[str, Any],
    *,
    title: str,
    tick: Tick,
) -> Drawn:
    """A plot a set with a line a model, which `line_of` makes of its scores by spoiling."""
    chosen = default_models(MODELS[name]) if models is None else list(models)
    sources = {model: maps_of_model(model) for model in chosen}
    lines: dict[str, dict[str, Line]] = {}
    for set_name, pictures in sets.items():
        found = measure_robustness(pictures, sources, spoilings=ways, tick=tick)
        lines[set_name] = {
            model: line_of({way: scores[model] for way, scores in found.items()})
            for model in chosen
        }
    curves = [
        Curves(
            title=title.format(set_name),
            lines={model: (x, y) for model, line in of.items() for x, y in [line.values()]},
            **axes,
        )
        for set_name, of in lines.items()
    ]
    return Drawn(name, plots(curves), lines, notes_on(chosen, list(sets)))


def figure7(pictures: Sequence[Path], models: Sequence[str] | None = None) -> Any:
    """For each picture and model: the picture, the model's map and its thirteen scale maps.

    Raises:
        PictureError: a picture cannot be read.
        ModelError: no such model, or one without an output "scales".
    """
    rows: list[list[Panel]] = []
    for path in pictures:
        picture = small_picture(path)
        for model in models or MODELS["menet-figure7"]:
            panels = _scales(picture, path.stem, model)
            rows += [panels[start : start + A_ROW] for start in range(0, len(panels), A_ROW)]
    return grid(rows)


def _scales(picture: Picture, name: str, model: str) -> list[Panel]:
    """The picture as the network sees it, its thirteen maps, each stretched, and its answer."""
    entry = get_model(model)
    height, width = entry.size(picture.height, picture.width)
    pixels = glance(picture.pixels, height=height, width=width)
    outputs: Outputs = {}
    if entry.record is not None:
        outputs = run_network(entry.record, pixels, usable_threads(None))
    if "scales" not in outputs:
        raise ModelError(f"{model} has no scale maps: give menet, or weights that read as it")
    titled = zip(SCALE_NAMES, outputs["scales"], strict=True)
    maps = [Panel(stretched(scale), title) for title, scale in titled]
    answer = predicted_map(picture, model=model).resized(height, width)
    return [Panel(pixels, name), *maps, Panel(answer, f"{model}: the map")]


def _rounded(values: Any) -> list[float]:
    return [round(float(value), DIGITS) for value in np.asarray(values)]
