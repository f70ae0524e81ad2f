"""Measuring where maps point: pointing game, energy in mask, object recall."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError
from foveate.saliency.weights import ranks
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.maps.measuring import Scores, Source, Tick, ignore, map_for
from foveate_research.metrics.localisation import energy_in_mask, pointing_game
from foveate_research.metrics.masks import object_pixels

FEWEST_CLASSES = 2
RANKS = (0.6, 0.7, 0.8)
"""A class counts as found when the map's mean rank on it is at least the middle one of these; the
others show how the choice of the threshold bears on the result."""

STUFF = frozenset({"building", "grass", "tree", "sky", "mountain", "water", "road"})
"""Classes of msrc21 that are surroundings, not things: `leave_out` for recall of things alone."""

Regions = dict[str, npt.NDArray[np.bool_]]


METRICS = {
    "pointing_game": "the map's maximum lies on a class",
    "energy_in_mask": "share of the map's sum on the classes",
    **{f"object_recall_{rank}": f"share of classes of mean rank {rank} or more" for rank in RANKS},
    **{f"all_found_{rank}": f"pictures with all classes at {rank} or more" for rank in RANKS},
}
"""The metrics in the order in which they are printed, and what they are."""


def measure_localisation(
    pictures: Iterable[LabelledPicture] | Iterable[AttentionPicture],
    sources: Mapping[str, Source],
    *,
    classes: Sequence[str] = (),
    leave_out: Collection[str] = (),
    tick: Tick = ignore,
) -> dict[str, Scores]:
    """Every source's scores over pictures with class masks (or plain masks), in one pass.

    Metrics a picture: "pointing_game" 1 where the map's maximum lies on a labelled class, and
    "energy_in_mask", the share of its sum there. Where two classes or more are shown, for ranks of
    0.6, 0.7 and 0.8: "object_recall_0.7", the share of the classes whose mean percentile rank is at
    least that, and "all_found_0.7", 1 where all are. Pictures of fewer classes, and plain masks,
    have no recall (NaN).

    classes: the names behind the indices of the class masks. leave_out: classes that are not looked
    for (STUFF, for things alone); they count as background.

    Raises:
        DatasetError: pictures without masks, or none that shows a class looked for.
    """
    found = {name: Scores() for name in sources}
    measured = 0
    for picture in pictures:
        tick(picture.key)
        regions = _regions(picture, tuple(classes), leave_out)
        if not regions:
            continue
        measured += 1
        height, width = next(iter(regions.values())).shape
        anywhere = np.logical_or.reduce(list(regions.values()))
        for name, source in sources.items():
            values = map_for(source, picture.key, picture.pixels, height=height, width=width)
            numbers = {
                "pointing_game": float(pointing_game(values, anywhere)),
                "energy_in_mask": energy_in_mask(values, anywhere),
            }
            if len(regions) >= FEWEST_CLASSES:
                numbers |= _recall(values, regions)
            found[name].add(picture.key, numbers)
    if not measured:
        raise DatasetError("no picture of the set shows a class that is looked for")
    return found


def _regions(
    picture: LabelledPicture | AttentionPicture,
    classes: tuple[str, ...],
    leave_out: Collection[str],
) -> Regions:
    """Where each class that is looked for lies; a plain mask is one class without a name."""
    if isinstance(picture, AttentionPicture):
        if picture.mask is None:
            raise DatasetError(f"{picture.key} has no mask: give a set of objects' masks")
        return {"": object_pixels(picture.mask)} if picture.mask.any() else {}
    if picture.class_mask is None:
        raise DatasetError(f"{picture.key} has no class mask: give a set of class masks")
    return {
        label: region
        for label in picture.labels
        if label not in leave_out and (region := picture.class_mask == classes.index(label)).any()
    }


def _recall(values: npt.NDArray[np.float32], regions: Regions) -> dict[str, float]:
    """The object recall of a map at each of RANKS, and whether all classes are found there."""
    places = ranks(values)
    means = np.array([places[region].mean() for region in regions.values()])
    numbers = {}
    for rank in RANKS:
        numbers[f"object_recall_{rank}"] = float((means >= rank).mean())
        numbers[f"all_found_{rank}"] = float((means >= rank).all())
    return numbers
