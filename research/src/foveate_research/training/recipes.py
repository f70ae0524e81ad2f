"""What `foveate train NAME` and `foveate export NAME` know: one recipe a network.

Each family's file ends with its recipes, `RECIPES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn
from torch.utils.data import IterableDataset

from foveate.errors import ModelError, OptionError
from foveate_research.models.class_file import ClassFile
from foveate_research.training.choices import NOTHING_CHOSEN, Choices
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
    """What the user asked for. start: a checkpoint whose averaged weights are the beginning.

    choices: what was chosen; where a recipe prepares, all that it knows. sets: published sets by
    name, each with the folder where it lies. shards: folders of packed sets. These stand for the
    sets of data. class_file: folds their labels into classes.
    """

    data: Path | None
    minutes: float | None
    steps: int | None
    seed: int
    start: Path | None = None
    choices: Choices = NOTHING_CHOSEN
    sets: tuple[tuple[str, Path], ...] = ()
    shards: tuple[Path, ...] = ()
    class_file: ClassFile | None = None

    @property
    def folder(self) -> Path:
        """The folder of data sets. Raises OptionError where none was given."""
        if self.data is None:
            raise OptionError("give --data, the folder with the data sets as shards")
        return self.data


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

    sets: the folders of --data that the training reads. preparing: from a request, its choices
    complete, to a training that is ready to run. running: from a training's checkpoint and choices
    to the network as it runs. describing: from choices to architecture, trunk and use_and_limits of
    the card. read_like: the model whose reading makes a map of the outputs, where that is not
    called as the recipe is. defaults: every choice that the recipe knows. named_trunks: whether it
    stands on trunks by name too. teachers: whether it learns from a teacher's maps too.
    """

    name: str
    summary: str
    sets: tuple[str, ...]
    preparing: Callable[[Request], Prepared]
    running: Callable[[Path, Choices], RunTime]
    describing: Callable[[Choices], dict[str, Any]]
    read_like: str | None = None
    defaults: Choices = NOTHING_CHOSEN
    named_trunks: bool = False
    teachers: bool = False

    @property
    def reads_as(self) -> str:
        """The model whose reading makes a map of the outputs."""
        return self.read_like or self.name

    def resolved(self, choices: Choices) -> Choices:
        """The choices with the recipe's own where none was made. Raises OptionError."""
        return choices.over(
            self.defaults,
            recipe=self.name,
            named_trunks=self.named_trunks,
            teachers=self.teachers,
        )

    def prepare(self, request: Request) -> Prepared:
        """A training that is ready to run, and what its record says of the choices."""
        choices = self.resolved(request.choices)
        prepared = self.preparing(replace(request, choices=choices))
        return replace(prepared, facts={"options": choices.told(), **prepared.facts})

    def run_time(self, checkpoint: Path, choices: Choices | None = None) -> RunTime:
        """The network of a checkpoint as it runs; choices: those of its training's record."""
        return self.running(checkpoint, self.resolved(choices or NOTHING_CHOSEN))

    def about(self, choices: Choices | None = None) -> dict[str, Any]:
        """What a card says of architecture, trunk, use and limits."""
        return self.describing(self.resolved(choices or NOTHING_CHOSEN))


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
    if checkpoint.exists() and not checkpoint.is_file():  # a pipe would keep it waiting
        raise ModelError(f"{checkpoint} is no regular file: give a training's last.ckpt")
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    except FileNotFoundError as error:
        raise ModelError(f"{checkpoint} does not exist: give a training's last.ckpt") from error
    except Exception as error:  # a file of any other kind makes torch raise nearly anything
        raise ModelError(f"{checkpoint} is no checkpoint of a training") from error
    found = {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    if not found:
        raise ModelError(f"{checkpoint} holds no averaged weights: give a training's last.ckpt")
    return found
