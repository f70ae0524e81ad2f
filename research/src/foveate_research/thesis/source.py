"""One part of a set of labelled pictures, read in any order; parts dealt out of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from foveate.errors import OptionError
from foveate_research.datasets.sets import split_by_hash

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """One part of a set. labels: indices into classes, one a key. read: (H, W, 3) by number.

    size_bytes: of a picture's file by number, -1 where it cannot be told; another size tells that a
    picture has changed.
    titles: what people call a class, where the set tells. terms: of use, as the set states them.
    """

    name: str
    part: str
    classes: tuple[str, ...]
    keys: Sequence[str]
    labels: Sequence[int]
    read: Callable[[int], Pixels]
    size_bytes: Callable[[int], int]
    titles: Mapping[str, str] = field(default_factory=dict)
    terms: str | None = None

    def __len__(self) -> int:
        return len(self.keys)


def spread_classes(sources: dict[str, Source], count: int) -> dict[str, Source]:
    """The same parts with so many of their classes, spread evenly over the order they have.

    Raises:
        OptionError: fewer than two are asked for, or more than there are.
    """
    every = sources["train"].classes
    if not 2 <= count <= len(every):
        raise OptionError(f"--classes {count}: give 2 to {len(every)}, which the set has")
    kept = {place * len(every) // count: place for place in range(count)}  # label -> its new one
    names = tuple(every[label] for label in kept)
    found = {}
    for part, source in sources.items():
        places = [place for place, label in enumerate(source.labels) if label in kept]
        fewer = picked(source, part, places)
        found[part] = replace(
            fewer,
            classes=names,
            labels=[kept[label] for label in fewer.labels],
            titles={name: title for name, title in source.titles.items() if name in names},
        )
    return found


def with_val_dealt(train: Source, val_share: float, seed: int) -> dict[str, Source]:
    """A train part dealt to train and val, class by class."""
    places: dict[int, dict[str, int]] = {}
    for place, (key, label) in enumerate(zip(train.keys, train.labels, strict=True)):
        of_class = places.setdefault(label, {})
        of_class[f"{key} {place}" if key in of_class else key] = place
    parts: dict[str, list[int]] = {"train": [], "val": []}
    for of_class in places.values():
        dealt = split_by_hash(list(of_class), {"train": 1 - val_share, "val": val_share}, seed=seed)
        for part, keys in dealt.items():
            parts[part] += (of_class[key] for key in keys)
    return {part: picked(train, part, sorted(chosen)) for part, chosen in parts.items()}


def picked(source: Source, part: str, places: list[int]) -> Source:
    """Some of a source's pictures as a part of their own."""
    return replace(
        source,
        part=part,
        keys=[source.keys[place] for place in places],
        labels=[source.labels[place] for place in places],
        read=lambda index: source.read(places[index]),
        size_bytes=lambda index: source.size_bytes(places[index]),
    )
