"""What a model is: its name, how it sees a picture, and what it makes of it.

A network is an ONNX file and a function that reads its outputs as a map; a baseline is a function
of the picture. `foveate.models.registry` lists all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from foveate.models.class_choice import ALL, ClassChoice
from foveate.models.records import read_card
from foveate.models.session import Outputs, Run, outputs_of, run_network

AUTO = "foveate-s"
"""The model that is used where none is named."""

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
