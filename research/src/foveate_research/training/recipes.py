"""What `foveate train NAME` and `foveate export NAME` know: one recipe a network.

Each family's file ends with its recipes, `RECIPES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn
from torch.utils.data import IterableDataset

from foveate.errors import ModelError, OptionError
from foveate_research.training.timed import TimedTraining

HOMES = (
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
    width of the pictures on which the ONNX file is compared with torch. bits: 32, 16 or 8 for each
    large weight in the file.
    """

    module: nn.Module
    outputs: tuple[str, ...]
    example: tuple[int, int]
    checks: tuple[tuple[int, int, int], ...]
    fixed: bool = False
    bits: Literal[32, 16, 8] = 16


@dataclass(frozen=True)
class Recipe:
    """How one network is trained, exported and described.

    sets: the folders of --data that the training reads. prepare: from a request to a training that
    is ready to run. run_time: from a training's checkpoint to the network as it runs. about: the
    architecture, trunk, use_and_limits of the card. read_like: the model whose reading makes a map
    of the outputs, where that is not called as the recipe is.
    """

    name: str
    summary: str
    sets: tuple[str, ...]
    prepare: Callable[[Request], Prepared]
    run_time: Callable[[Path], RunTime]
    about: dict[str, Any]
    read_like: str | None = None

    @property
    def reads_as(self) -> str:
        """The model whose reading makes a map of the outputs."""
        return self.read_like or self.name


def list_recipes() -> list[Recipe]:
    """Every recipe, in the order of their files."""
    return [entry for home in HOMES for entry in importlib.import_module(home).RECIPES]


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
