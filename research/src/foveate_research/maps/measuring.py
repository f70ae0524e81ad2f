"""What all measuring shares: where maps come from, their size, and numbers over a set.

A source of maps is a function of a picture's pixels, (H, W, 3) uint8 -> (h, w) real, or a folder of
maps made elsewhere. All sources are measured in one pass over the pictures, which may be any
iterable; nothing of a picture but its numbers is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError, printable
from foveate_research.datasets.folders import PICTURES, files_by_key, read_grey
from foveate_research.intervals import Estimate, mean_estimate, paired_difference

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MapOf = Callable[[Pixels], npt.NDArray[np.floating]]
"""A model as measuring sees it: pixels (H, W, 3) -> a map over the whole picture, of any size."""

MAP_ENDINGS = (".map", ".mask", "_sal", "_map")


@dataclass(frozen=True)
class MapsOnDisk:
    """Maps made elsewhere: one grey picture a key."""

    folder: Path
    files: Mapping[str, Path]

    def read(self, key: str) -> Map:
        """(h, w) in 0..1; DatasetError naming the key whose map is missing."""
        if key not in self.files:
            raise DatasetError(
                f"{printable(self.folder)} holds no map for {printable(key)}: "
                f"looked for {printable(key)}{{{','.join(PICTURES)}}}"
            )
        return read_grey(self.files[key]).astype(np.float32) / np.float32(255)


Source = MapOf | MapsOnDisk


def maps_on_disk(folder: Path) -> MapsOnDisk:
    """The grey pictures of a folder and those below it, by stem; KEY.map.png counts as KEY.png."""
    return MapsOnDisk(folder, files_by_key(folder, PICTURES, endings=MAP_ENDINGS, deep=True))


def maps_of_model(name: str) -> MapOf:
    """What a model says, however unsure it is, as a source. Raises ModelError for a wrong name.

    `foveate.saliency_map` is flat where the model is unsure, for the coder's sake; a flat map is
    the worst answer to many a measure.
    """
    from foveate.models.registry import get_model
    from foveate.saliency import predicted_map

    get_model(name)
    return lambda pixels: predicted_map(pixels, model=name).values


def map_for(source: Source, key: str, pixels: Pixels, *, height: int, width: int) -> Map:
    """The source's map for a picture, (height, width) float32."""
    given = source.read(key) if isinstance(source, MapsOnDisk) else source(pixels)
    return resized(given, height, width)


def resized(values: npt.ArrayLike, height: int, width: int) -> Map:
    """(height, width) of a map: area average where it shrinks, bilinear where it grows."""
    array = np.ascontiguousarray(values, dtype=np.float32)
    if array.shape == (height, width):
        return array
    image = Image.fromarray(array)
    shrinks = height <= image.height and width <= image.width
    how = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    return np.asarray(image.resize((width, height), how), dtype=np.float32)


@dataclass
class Scores:
    """One source's numbers: a list a metric, in the order of `keys`; NaN where it has none."""

    keys: list[str] = field(default_factory=list)
    numbers: dict[str, list[float]] = field(default_factory=dict)

    def add(self, key: str, numbers: Mapping[str, float]) -> None:
        """The numbers of one more picture."""
        for name in (*self.numbers, *numbers):
            known = self.numbers.setdefault(name, [float("nan")] * len(self.keys))
            if len(known) == len(self.keys):
                known.append(float(numbers.get(name, float("nan"))))
        self.keys.append(key)

    def known(self, metric: str) -> Floats:
        """The metric's numbers without the pictures that have none."""
        values = np.array(self.numbers[metric], dtype=np.float64)
        return np.asarray(values[~np.isnan(values)])

    def estimates(self) -> dict[str, Estimate]:
        """Each metric's mean over pictures and its 95 % interval."""
        found = {}
        for metric in self.numbers:
            values = self.known(metric)
            if values.size:
                found[metric] = mean_estimate(values)
        return found

    def less(self, other: Scores) -> dict[str, Estimate]:
        """Each metric's difference to another source's, picture by picture."""
        return {
            metric: difference(self, other, metric)
            for metric in self.numbers
            if metric in other.numbers
        }


def difference(first: Scores, second: Scores, metric: str) -> Estimate:
    """First minus second in one metric over the pictures that both have numbers for."""
    ours = dict(zip(first.keys, first.numbers[metric], strict=True))
    theirs = dict(zip(second.keys, second.numbers[metric], strict=True))
    pairs = np.array([(ours[key], theirs[key]) for key in ours if key in theirs], dtype=np.float64)
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    return paired_difference(pairs[:, 0], pairs[:, 1])


Tick = Callable[[str], None]
"""Called with each picture's key as its turn comes."""


def ignore(_: str) -> None:
    """A Tick for nobody."""
