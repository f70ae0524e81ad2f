"""The one list of models: name, what it is, how it sees a picture, its weights and its record.

A network is an ONNX file and a function that reads its outputs as a map; a baseline is a function
of the picture. Each family's file ends with its rows, `ENTRIES`; installed packages bring more
(`foveate.models.packages`), and users add weights of their own (`foveate.models.adding`).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from foveate.errors import FoveateError, ModelError
from foveate.models.class_choice import ALL, ClassChoice
from foveate.models.packages import OWN, model_packages, research_hint
from foveate.models.records import (
    added_records,
    has_record,
    pass_over,
    read_card,
    user_folder,
)
from foveate.models.session import Outputs, Run, outputs_of, run_network
from foveate.models.working_size import longer_side_size

AUTO = "foveate-s"

Kind = Literal["network", "baseline"]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Prediction:
    """values (h, w) float32 in [0, 1] over the whole picture; confidence in [0, 1]."""

    values: npt.NDArray[np.float32]
    confidence: float


# height and width of the picture -> height and width at which the model looks at it
Size = Callable[[int, int], tuple[int, int]]
# the network's outputs and the pixels (h, w, 3) that it looked at
Read = Callable[[Outputs, Pixels], Prediction]
Draw = Callable[[Pixels], Prediction]


@dataclass(frozen=True)
class ModelEntry:
    """One model that can be asked for by name."""

    name: str
    summary: str
    kind: Kind
    size: Size
    read: Read | None = None  # of a network
    draw: Draw | None = None  # of a baseline
    record: str | None = None  # whose card and weights it uses
    run: Run = outputs_of  # how a network is shown the pixels
    thresholds: bool = False  # whether its map is of the classes that are likely enough

    def predict(self, pixels: Pixels, threads: int, choice: ClassChoice = ALL) -> Prediction:
        """The map for pixels (h, w, 3) of the picture reduced to size().

        Raises OptionError for a choice of classes that the model cannot make.
        """
        self.check(choice)
        if self.draw is not None:
            return self.draw(pixels)
        assert self.read is not None
        assert self.record is not None
        outputs = run_network(self.record, pixels, threads, run=self.run)
        if choice != ALL:
            outputs = choice.apply(outputs, self.card)
        return self.read(outputs, pixels)

    def check(self, choice: ClassChoice) -> None:
        """Raises OptionError for a choice of classes that the model cannot make."""
        if choice != ALL:
            choice.check(self.name, self.card, thresholds=self.thresholds)

    @property
    def card(self) -> dict[str, Any] | None:
        """The record of its weights (cards/NAME.json); None for a model without weights."""
        return None if self.record is None else read_card(self.record)

    @property
    def weights(self) -> str | None:
        """The weights' file name."""
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
            facts["licence"] = self.card["weights"].get("licence")
            facts["measured"] = self.card.get("measured", {})
        return facts


def network(
    name: str, summary: str, read: Read, *, size: Size, record: str, thresholds: bool = False
) -> ModelEntry:
    """The row of a network, whose outputs `read` turns into a map.

    thresholds: the map is of the classes that are likely enough, so that a user may say how likely.
    """
    return ModelEntry(
        name, summary, "network", size, read=read, record=record, thresholds=thresholds
    )


def baseline(name: str, summary: str, draw: Draw, *, size: Size) -> ModelEntry:
    """The row of a model without weights."""
    return ModelEntry(name, summary, "baseline", size, draw=draw)


def known_entries(*, own_only: bool = False) -> dict[str, ModelEntry]:
    """Every row of Foveate, or of all installed packages, by name: networks before baselines."""
    packages = (OWN,) if own_only else model_packages()
    rows = [entry for package in packages for entry in package.load().ENTRIES]
    rows.sort(key=lambda entry: entry.kind == "baseline")
    return {entry.name: entry for entry in rows}


def list_models() -> list[ModelEntry]:
    """Every model that can run, networks before baselines; then those that the user added.

    A network that has a reading but no weights yet, as before its first training, is left out.
    """
    known = known_entries()
    entries = [
        entry
        for entry in known.values()
        if entry.name == AUTO or entry.record is None or has_record(entry.record)
    ]
    return entries + [entry for entry in _added(known) if entry.name not in known]


def _added(known: dict[str, ModelEntry]) -> list[ModelEntry]:
    """The user's own weights whose family is installed, or that an adapter reads."""
    entries = []
    for name, card in added_records().items():
        if "adapter" in card:
            entries += _foreign(name, card)
            continue
        family = known.get(str(card.get("reads_as")))
        if family is not None:
            summary = str(card.get("summary", f"{family.summary}, added weights"))
            size = size_of(card, family)
            entries.append(replace(family, name=name, summary=summary, record=name, size=size))
    return entries


def _foreign(name: str, card: dict[str, Any]) -> list[ModelEntry]:
    """The row of a network that an adapter reads; none where its record is damaged."""
    from foveate.models.adapters.adapter import parsed_adapter
    from foveate.models.adapters.running import foreign_entry

    try:
        adapter = parsed_adapter(card["adapter"], name)
    except (FoveateError, AttributeError, TypeError) as error:
        pass_over(user_folder() / f"{name}.json", str(error))
        return []
    entry = foreign_entry(name, adapter, record=name)
    return [replace(entry, summary=str(card.get("summary", entry.summary)))]


def families() -> dict[str, ModelEntry]:
    """The networks whose outputs can be read, whether or not their weights are there."""
    return {name: entry for name, entry in known_entries().items() if entry.kind == "network"}


def size_of(card: dict[str, Any], family: ModelEntry) -> Size:
    """How added weights look at a picture: as their family does, at the one size they take, or with
    the longer side and multiple that their record states."""
    stated = card.get("fixed_size")
    if isinstance(stated, list):
        height, width = (int(side) for side in stated)
        return lambda rows, columns: (height, width)
    asked = card.get("working_size")
    if not isinstance(asked, dict):
        return family.size
    longest, multiple = asked["longest"], asked["multiple"]
    return lambda rows, columns: longer_side_size(rows, columns, longest=longest, multiple=multiple)


def get_model(name: str) -> ModelEntry:
    """The model of that name, "auto" being the default; ModelError names the ones there are."""
    wanted = AUTO if name == "auto" else name
    own = known_entries(own_only=True)
    if wanted in own:  # other packages are not even looked for
        return own[wanted]
    entries = {entry.name: entry for entry in list_models()}
    if wanted in entries:
        return entries[wanted]
    near = difflib.get_close_matches(wanted, entries, n=1)
    hint = f": did you mean {near[0]}?" if near else f": there are auto, {', '.join(entries)}"
    raise ModelError(f"no model is called '{name}'{research_hint(name) or hint}")
