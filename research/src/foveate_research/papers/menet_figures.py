"""Figures 6 to 8 of the MEnet paper: curves of spoilt pictures, and what the thirteen scales see.

Figure 6: precision and recall where noise of random strength was added. Figure 8: F against the
noise. The paper draws precision and recall from the cross-entropy head, the metric's maps being
nearly binary. Figure 7: the thirteen single-channel maps for a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from foveate_research.papers.figures import Curves, Panel, grid, plots
from foveate_research.papers.menet_sets import MaskSet
from foveate_research.papers.menet_tables import METRICS, default_models, notes_on
from foveate_research.papers.msroi_figures import small_picture

NO_NOISE = Spoiling("none")
RANDOM_NOISE = Spoiling("noise")
MODELS = {
    "menet-figure6": (
        *("menet-ce", "menet-ce-only", "menet-ce-plain", "foveate-s-mask", "spectral-residual"),
    ),
    "menet-figure7": ("menet",),
    "menet-figure8": (
        *("menet", "menet-ce", "menet-ce-only", "menet-ce-plain", "foveate-s-mask"),
        "spectral-residual",
    ),
}
"""What is measured where no model is named; those that the registry has."""

A_ROW = 8
DIGITS = 4


@dataclass(frozen=True)
class Drawn:
    """A figure and the numbers that it shows."""

    name: str
    figure: Any
    lines: dict[str, dict[str, dict[str, list[float]]]]  # set -> model -> axis -> values
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """What `foveate reproduce --json` prints."""
        return {"experiment": self.name, "lines": self.lines, "notes": self.notes}


def figure6(
    sets: Mapping[str, MaskSet], models: Sequence[str] | None = None, *, tick: Tick = ignore
) -> Drawn:
    """Precision against recall under noise of random strength, a plot a set."""
    name = "menet-figure6"
    chosen = default_models(MODELS[name]) if models is None else list(models)
    lines: dict[str, dict[str, dict[str, list[float]]]] = {}
    for set_name, pictures in sets.items():
        found = _under((RANDOM_NOISE,), pictures, chosen, tick)[RANDOM_NOISE.name]
        lines[set_name] = {
            model: {
                "recall": _rounded(found[model].mean_curve("rounded recall")),
                "precision": _rounded(found[model].mean_curve("rounded precision")),
            }
            for model in chosen
        }
    curves = [
        Curves(
            title=f"{set_name}, noise of 0 to 50",
            x_label="recall",
            y_label="precision",
            lines={model: (line["recall"], line["precision"]) for model, line in of.items()},
            x_range=(0, 1),
            y_range=(0, 1),
        )
        for set_name, of in lines.items()
    ]
    return Drawn(name, plots(curves), lines, notes_on(chosen, list(sets)))


def figure8(
    sets: Mapping[str, MaskSet], models: Sequence[str] | None = None, *, tick: Tick = ignore
) -> Drawn:
    """F, at twice the map's mean, against the standard deviation of the noise, a plot a set."""
    name = "menet-figure8"
    chosen = default_models(MODELS[name]) if models is None else list(models)
    spoilings = {0.0: NO_NOISE, **{sigma: Spoiling("noise", sigma) for sigma in NOISE_SIGMAS}}
    sigmas = list(spoilings)
    lines: dict[str, dict[str, dict[str, list[float]]]] = {}
    for set_name, pictures in sets.items():
        found = _under(list(spoilings.values()), pictures, chosen, tick)
        lines[set_name] = {
            model: {
                "sigma": sigmas,
                "F": _rounded(
                    [
                        found[way.name][model].known(METRICS["F"]).mean()
                        for way in spoilings.values()
                    ]
                ),
            }
            for model in chosen
        }
    curves = [
        Curves(
            title=set_name,
            x_label="standard deviation of the noise, of 255",
            y_label="F",
            lines={model: (line["sigma"], line["F"]) for model, line in of.items()},
            y_range=(0, 1),
            marked=True,
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
    from foveate_research.models.readings.menet import SCALE_NAMES

    titled = zip(SCALE_NAMES, outputs["scales"], strict=True)
    maps = [Panel(stretched(scale), title) for title, scale in titled]
    answer = predicted_map(picture, model=model).resized(height, width)
    return [Panel(pixels, name), *maps, Panel(answer, f"{model}: the map")]


def _under(
    ways: Sequence[Spoiling], pictures: MaskSet, models: Sequence[str], tick: Tick
) -> dict[str, dict[str, MaskScores]]:
    sources = {model: maps_of_model(model) for model in models}
    return measure_robustness(pictures, sources, spoilings=ways, tick=tick)


def _rounded(values: Any) -> list[float]:
    return [round(float(value), DIGITS) for value in np.asarray(values)]
