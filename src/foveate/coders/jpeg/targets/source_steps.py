"""The best file: of a JPEG's coefficients, on free steps or on its own, or of its pixels."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

from foveate.coders.jpeg.stored.coefficients import SourceCoefficients
from foveate.coders.jpeg.targets.search import Found
from foveate.coders.jpeg.trellis_passes import FixedSteps
from foveate.errors import TargetError

_SOURCE_FROM = 0.6
"""In a smaller share of the source's bytes its coefficients gain next to nothing."""


class Candidate(NamedTuple):
    """A file, and how bad it is: its error in equal bytes, or its bytes at an equal error."""

    found: Found
    cost: float


Start = Callable[[FixedSteps | None, bool], Candidate]
"""Makes a file on the steps given, or on free ones; from the source's coefficients, or not."""


def best_of_source(source: SourceCoefficients | None, made: Start) -> Found:
    """The best file of those that are worth a trial.

    That is the one of the pixels alone where there is no source, or where it takes so much less
    than the source that the source's steps no longer matter. A file that met its target at the end
    of the scale, where others did not get, comes last.

    Raises:
        TargetError: the bytes asked for are too few.
    """
    candidates = [made(None, False)]
    if source is None or len(candidates[0].found.data) < _SOURCE_FROM * source.size_bytes:
        return candidates[0].found
    with contextlib.suppress(TargetError):
        candidates += [made(None, True), made(source.steps, True)]
    return min(candidates, key=lambda c: (c.found.at_ceiling, c.cost)).found
