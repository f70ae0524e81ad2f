"""How well viewers of a picture foretell each other: the mark that no map is expected to pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate_research.metrics.fixations import fixation_density

Floats = npt.NDArray[np.float64]

SIGMA_OF_WIDTH = 0.03
"""Standard deviation of the blur as a share of the picture's width: about a degree of sight."""


@dataclass(frozen=True)
class LeftOut:
    """One viewer's fixations and the map that the other viewers of the picture make."""

    points: npt.NDArray[np.int64]  # (N, 2) x, y
    others: Floats  # (H, W), not scaled


def leave_one_out(
    fixations: npt.ArrayLike, height: int, width: int, *, sigma_of_width: float = SIGMA_OF_WIDTH
) -> Iterator[LeftOut]:
    """Each viewer's points beside the blurred points of the others; none for a single viewer.

    fixations (N, 3): viewer, x, y in pixels from 0.
    """
    found = np.asarray(fixations, dtype=np.int64)
    for viewer in np.unique(found[:, 0]):
        mine = found[:, 0] == viewer
        if not mine.all():
            seen = fixation_density(
                found[~mine, 1:3], height, width, sigma_px=sigma_of_width * width
            )
            yield LeftOut(found[mine, 1:3], seen)


def humans_mean(
    fixations: npt.ArrayLike,
    height: int,
    width: int,
    score: Callable[[Floats, npt.NDArray[np.int64]], Mapping[str, float]],
    *,
    sigma_of_width: float = SIGMA_OF_WIDTH,
) -> dict[str, float]:
    """Means over points of `score(map of the others, a viewer's points)`; none for one viewer."""
    totals: dict[str, float] = {}
    count = 0
    for left_out in leave_one_out(fixations, height, width, sigma_of_width=sigma_of_width):
        for name, value in score(left_out.others, left_out.points).items():
            totals[name] = totals.get(name, 0.0) + value * len(left_out.points)
        count += len(left_out.points)
    return {name: total / count for name, total in totals.items()}
