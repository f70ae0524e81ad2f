"""The classes that the label networks tell apart, and what each labelled set says of them.

classes.json folds the labels of caltech101, msrc21 and voc into general classes, which is what the
MS-ROI paper calls collapsing (Prakash et al. 2017, section 3); the fine classes are the sets' own
labels, united.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, OptionError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ClassList:
    """Classes in the order of a network's outputs.

    things: whether a class is an object, which a map of interest shows, and not its surroundings.
    folds: for each set, label -> class. seen_only: for each set, the classes whose absence from a
    picture's labels does not say that the picture is without them.
    """

    name: str
    classes: tuple[str, ...]
    things: tuple[bool, ...]
    folds: dict[str, dict[str, str]]
    seen_only: dict[str, frozenset[str]]

    def targets(self, set_name: str, labels: Iterable[str]) -> tuple[Floats, Floats]:
        """(C,) 1 where a class is in the picture, and (C,) 1 where the labels state either way.

        Classes that the set does not label are stated nowhere, and are masked from every loss.

        Raises:
            DatasetError: a set or label that the list does not know.
        """
        fold = self._fold(set_name)
        present = np.zeros(len(self.classes), dtype=np.float32)
        stated = np.zeros(len(self.classes), dtype=np.float32)
        labelled = set(fold.values()) - self.seen_only.get(set_name, frozenset())
        for index, name in enumerate(self.classes):
            stated[index] = name in labelled
        for label in labels:
            if label not in fold:
                raise DatasetError(f"'{label}' is not a label of {set_name} in {self.name}")
            index = self.classes.index(fold[label])
            present[index] = stated[index] = 1
        return present, stated

    def _fold(self, set_name: str) -> dict[str, str]:
        if set_name not in self.folds:
            known = ", ".join(self.folds)
            raise DatasetError(f"{self.name} classes fold the labels of {known}, not {set_name}")
        return self.folds[set_name]


def class_list(name: str) -> ClassList:
    """ "general" or "fine"; OptionError for another name."""
    lists = {"general": general_classes, "fine": fine_classes}
    if name not in lists:
        raise OptionError(f"no list of classes is called '{name}': there are general and fine")
    return lists[name]()


def own_classes(sets: Mapping[str, Iterable[str]]) -> ClassList:
    """The labels of sets as they are; those of one name are one class, each an object."""
    every = dict.fromkeys(label for labels in sets.values() for label in labels)
    folds = {name: {label: label for label in labels} for name, labels in sets.items()}
    return ClassList("own", tuple(every), (True,) * len(every), folds, {})


@cache
def general_classes() -> ClassList:
    """Few and unlike each other: 19 kinds of things, 6 of stuff."""
    facts = _facts()
    general = facts["general"]
    return ClassList(
        name="general",
        classes=tuple(entry["name"] for entry in general),
        things=tuple(entry["kind"] == "thing" for entry in general),
        folds=facts["folds"],
        seen_only={name: frozenset(group) for name, group in facts["seen_only"].items()},
    )


@cache
def fine_classes() -> ClassList:
    """The labels of all sets, those that mean the same joined."""
    facts, general = _facts(), general_classes()
    same = facts["same"]
    kinds = dict(zip(general.classes, general.things, strict=True))
    things: dict[str, bool] = {}
    folds: dict[str, dict[str, str]] = {}
    seen_only: dict[str, frozenset[str]] = {}
    for set_name, fold in general.folds.items():
        folds[set_name] = {label: same.get(label, label) for label in fold}
        others = [other for name, other in general.folds.items() if name != set_name]
        elsewhere = frozenset(same.get(label, label) for other in others for label in other)
        loose = general.seen_only[set_name]
        # a class of one set alone has no other pictures that could say what it does not look like
        seen_only[set_name] = elsewhere & {
            same.get(label, label) for label, wide in fold.items() if wide in loose
        }
        for label, wide in fold.items():
            things.setdefault(same.get(label, label), kinds[wide])
    return ClassList("fine", tuple(things), tuple(things.values()), folds, seen_only)


@cache
def _facts() -> dict[str, Any]:
    text = (resources.files("foveate_research.models") / "classes.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))
