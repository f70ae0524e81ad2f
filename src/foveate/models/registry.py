"""The one list of models: name, what it is, how it sees a picture, its weights and its record."""

from __future__ import annotations

import difflib
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError

AUTO = "foveate-s"
_HOMES = ("foveate.models.networks", "foveate.models.controls")

Kind = Literal["network", "baseline"]


@dataclass(frozen=True)
class Prediction:
    """values (h, w) float32 in [0, 1] over the whole picture; confidence in [0, 1]."""

    values: npt.NDArray[np.float32]
    confidence: float


# pixels (h, w, 3) of the picture reduced to size(), and threads
Predict = Callable[[npt.NDArray[np.uint8], int], Prediction]
# height and width of the picture -> height and width at which the model looks at it
Size = Callable[[int, int], tuple[int, int]]


@dataclass(frozen=True)
class ModelEntry:
    """One model that can be asked for by name."""

    name: str
    summary: str
    kind: Kind
    size: Size
    predict: Predict
    record: str | None = None  # whose card and weights it uses

    @property
    def card(self) -> dict[str, Any] | None:
        """The record of its weights (cards/NAME.json); None for a model without weights."""
        return None if self.record is None else read_card(self.record)

    @property
    def weights(self) -> str | None:
        """The weights' file name in the package."""
        return None if self.card is None else str(self.card["weights"]["file"])

    @property
    def sha256(self) -> str | None:
        """The weights' hash after the record, which is checked whenever they are loaded."""
        return None if self.card is None else str(self.card["weights"]["sha256"])

    def to_dict(self) -> dict[str, Any]:
        """What `foveate models --json` prints."""
        facts: dict[str, Any] = {
            "name": self.name,
            "summary": self.summary,
            "kind": self.kind,
            "default": self.name == AUTO,
            "weights": self.weights,
            "sha256": self.sha256,
        }
        if self.card is not None:
            facts["weights_bytes"] = self.card["weights"]["bytes"]
            facts["licence"] = self.card["weights"]["licence"]
            facts["measured"] = self.card["measured"]
        return facts


_ENTRIES: dict[str, ModelEntry] = {}


def register(
    *, summary: str, kind: Kind, size: Size, record: str | None = None
) -> Callable[[Predict], Predict]:
    """Enter a function under its own name, hyphens for underscores."""

    def enter(predict: Predict) -> Predict:
        function_name = cast(str, getattr(predict, "__name__"))  # noqa: B009
        name = function_name.replace("_", "-")
        if name in _ENTRIES:
            raise ValueError(f"two models are called {name}")
        _ENTRIES[name] = ModelEntry(name, summary, kind, size, predict, record)
        return predict

    return enter


def list_models() -> list[ModelEntry]:
    """Every model, networks first, in the order of their files."""
    for home in _HOMES:
        importlib.import_module(home)
    return list(_ENTRIES.values())


def get_model(name: str) -> ModelEntry:
    """The model of that name, "auto" being the default; ModelError names the ones there are."""
    entries = {entry.name: entry for entry in list_models()}
    wanted = AUTO if name == "auto" else name
    if wanted in entries:
        return entries[wanted]
    near = difflib.get_close_matches(wanted, entries, n=1)
    hint = f": did you mean {near[0]}?" if near else f": there are auto, {', '.join(entries)}"
    raise ModelError(f"no model is called '{name}'{hint}")


@cache
def read_card(name: str) -> dict[str, Any]:
    """A model's record, cards/NAME.json of the package; ModelError when it is not there."""
    path = package_file("cards", f"{name}.json")
    try:
        return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"{path} is missing: reinstall foveate") from error


def package_file(folder: str, name: str) -> Traversable:
    """A data file beside the models."""
    return resources.files("foveate.models") / folder / name
