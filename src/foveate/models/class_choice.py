"""Which classes of a label network a map shows: all kinds of objects, or those that were named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from foveate.errors import OptionError, printable
from foveate.models.session import Outputs


@dataclass(frozen=True)
class ClassChoice:
    """classes: the names of those that a map may show; none for all kinds of objects.

    threshold: how likely a class has to be to be shown, from 0 to 1; None for what the network
    learnt. OptionError for a number outside.
    """

    classes: tuple[str, ...] = ()
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise OptionError(f"a threshold of {self.threshold:g}: give a probability from 0 to 1")

    def check(self, model: str, card: dict[str, Any] | None, *, thresholds: bool) -> None:
        """Raises OptionError where a model does not know the classes, or has no thresholds."""
        if self.threshold is not None and not thresholds:
            raise OptionError(f"{model} compares no class with a threshold, as msroi does")
        known = classes_of(card)
        if self.classes and not known:
            raise OptionError(f"{model} tells no classes apart, as msroi and cam do")
        strange = [name for name in self.classes if name not in known]
        if strange:
            listed = ", ".join(known)
            raise OptionError(f"{model} knows no class '{printable(strange[0])}': it has {listed}")

    def apply(self, outputs: Outputs, card: dict[str, Any] | None) -> Outputs:
        """The outputs with the chosen classes as the only ones that a map shows.

        "things" (C,) is 1 for these and 0 for others; "over" is the logit that a class has to
        exceed, where a threshold was chosen.
        """
        found = dict(outputs)
        if self.classes:
            shown = [name in self.classes for name in classes_of(card)]
            found["things"] = np.array(shown, dtype=np.float32)
        if self.threshold is not None:
            found["over"] = np.asarray(_log_odds(self.threshold), dtype=np.float32)
        return found


ALL = ClassChoice()


def classes_of(card: dict[str, Any] | None) -> Sequence[str]:
    """The names of the classes that a network tells apart, in the order of its outputs."""
    facts = {} if card is None else card.get("architecture", {})
    named = facts.get("classes") if isinstance(facts, dict) else None
    return [str(name) for name in named] if isinstance(named, list) else []


def _log_odds(probability: float) -> float:
    if probability in (0, 1):
        return math.inf if probability else -math.inf
    return math.log(probability / (1 - probability))
