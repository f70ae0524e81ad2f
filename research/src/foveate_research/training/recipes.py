"""What `foveate train NAME` and `foveate export NAME` know: one recipe a network.

A recipe is a function from a request to a prepared training, entered by the decorator under its
own name; its other facts stand in the decorator.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch import nn
from torch.utils.data import IterableDataset

from foveate.errors import ModelError, OptionError
from foveate_research.training.timed import TimedTraining

_HOMES = (
    "foveate_research.training.foveate_s.recipe",
    "foveate_research.training.trunk.recipe",
    "foveate_research.training.menet.recipe",
    "foveate_research.training.salnet.recipe",
    "foveate_research.training.labels.recipe",
)


@dataclass(frozen=True)
class Request:
    """What the user asked for. start: a checkpoint whose averaged weights are the beginning."""

    data: Path
    minutes: float | None
    steps: int | None
    seed: int
    start: Path | None = None


@dataclass(frozen=True)
class Prepared:
    """A training ready to run.

    batches: an endless stream. facts: what the record tells of it beside steps, hours and
    hardware ("batch", "rates", "data": describe_shards(...) of every set, ...). validate_every:
    minutes between two calls of the module's validation_step; None for none.
    """

    module: TimedTraining
    batches: IterableDataset[Any]
    facts: dict[str, Any]
    validate_every: float | None = None


@dataclass(frozen=True)
class RunTime:
    """A trained network as it runs: `module` takes pixels (B, 3, H, W) RGB in [0, 255].

    example: height and width to trace at. fixed: only that size works. checks: batch, height and
    width of the pictures on which the ONNX file is compared with torch. bits: 16 or 8 for each
    large weight in the file.
    """

    module: nn.Module
    outputs: tuple[str, ...]
    example: tuple[int, int]
    checks: tuple[tuple[int, int, int], ...]
    fixed: bool = False
    bits: Literal[16, 8] = 16


@dataclass(frozen=True)
class Recipe:
    """How one network is trained, exported and described.

    sets: folders of --data that it reads. run_time: of a training's checkpoint. about: the card's
    architecture, trunk, use_and_limits. reads_as: the registry's entry that reads its outputs.
    """

    name: str
    summary: str
    sets: tuple[str, ...]
    reads_as: str
    prepare: Callable[[Request], Prepared]
    run_time: Callable[[Path], RunTime]
    about: dict[str, Any] = field(default_factory=dict)


_RECIPES: dict[str, Recipe] = {}

Prepare = Callable[[Request], Prepared]


def recipe(
    *,
    summary: str,
    sets: tuple[str, ...],
    run_time: Callable[[Path], RunTime],
    about: dict[str, Any],
    reads_as: str | None = None,
) -> Callable[[Prepare], Prepare]:
    """Enter a function under its own name, hyphens for underscores."""

    def enter(prepare: Prepare) -> Prepare:
        name = cast(str, getattr(prepare, "__name__")).replace("_", "-")  # noqa: B009
        if name in _RECIPES:
            raise ValueError(f"two recipes are called {name}")
        _RECIPES[name] = Recipe(name, summary, sets, reads_as or name, prepare, run_time, about)
        return prepare

    return enter


def list_recipes() -> list[Recipe]:
    """Every recipe, in the order of their files."""
    for home in _HOMES:
        importlib.import_module(home)
    return list(_RECIPES.values())


def get_recipe(name: str) -> Recipe:
    """The recipe of that name; OptionError names the ones there are."""
    recipes = {entry.name: entry for entry in list_recipes()}
    if name not in recipes:
        raise OptionError(f"no training is called '{name}': there are {', '.join(recipes)}")
    return recipes[name]


def averaged_state(checkpoint: Path) -> dict[str, torch.Tensor]:
    """The averaged weights in a training's checkpoint; ModelError for another file."""
    prefix = "average."
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=False)["state_dict"]
    except FileNotFoundError as error:
        raise ModelError(f"{checkpoint} does not exist: give a training's last.ckpt") from error
    except Exception as error:  # a file of any other kind makes torch raise nearly anything
        raise ModelError(f"{checkpoint} is no checkpoint of a training") from error
    found = {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    if not found:
        raise ModelError(f"{checkpoint} holds no averaged weights: give a training's last.ckpt")
    return found
