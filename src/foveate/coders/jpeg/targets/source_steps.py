"""The best file: of a JPEG's coefficients, on free steps or on its own, or of its pixels."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

from foveate.coders.jpeg.stored.coefficients import SourceCoefficients
from foveate.coders.jpeg.targets.search import Found
from foveate.coders.jpeg.trellis_passes import FixedSteps
from foveate.errors import TargetError

_OWN_STEPS_FROM = 0.55
"""In a smaller share of the source's bytes its steps are too fine to be worth a trial."""
_PIXELS_UP_TO = 0.85
"""In a larger share its pixels are hardly ever the better start."""


class Candidate(NamedTuple):
    """A file, and how bad it is: its error in equal bytes, or its bytes at an equal error."""

    found: Found
    cost: float


Start = Callable[[FixedSteps | None, bool], Candidate]
"""Makes a file on the steps given, or on free ones; from the source's coefficients, or not."""


def best_of_source(source: SourceCoefficients | None, made: Start) -> Found:
    """The best file of those that are worth a trial; of pixels alone where there is no source.

    A file that met its target at the end of the scale, where others did not get, comes last.

    Raises:
        TargetError: the bytes asked for are too few.
    """
    if source is None:
        return made(None, False).found
    candidates = [made(None, True)]
    share = len(candidates[0].found.data) / source.size_bytes
    with contextlib.suppress(TargetError):
        if share < _PIXELS_UP_TO:
            candidates.append(made(None, False))
        if share > _OWN_STEPS_FROM:
            candidates.append(made(source.steps, True))
    return min(candidates, key=lambda c: (c.found.at_ceiling, c.cost)).found
