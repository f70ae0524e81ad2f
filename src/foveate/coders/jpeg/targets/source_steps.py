"""The better file of a JPEG that came in: of its own coefficients and steps, or of its pixels."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from foveate.coders.jpeg.looked_at import LookedAt
from foveate.coders.jpeg.stored.coefficients import SourceCoefficients
from foveate.coders.jpeg.targets.search import Found
from foveate.coders.jpeg.trellis_passes import FixedSteps, Quantised
from foveate.errors import TargetError

_SOURCE_FROM = 0.6
"""In a smaller share of the source's bytes its coefficients gain next to nothing."""
_MORE_SEEN = 0.3
"""How much more error a file may have in the whole picture, in log, where it has less where people
look. results/second-generation.json tells what both come to."""

Start = Callable[[FixedSteps | None, bool], Found]
"""Makes a file on the steps given, or on free ones; from the source's coefficients, or not."""


def smallest_of_source(
    source: SourceCoefficients | None, made: Start, *, on_free_steps: bool
) -> Found:
    """The smallest of files that keep the same limits, each of which is worth a trial.

    That is the one of the pixels alone where there is no source, or where it takes so much less
    than the source that the source's steps no longer matter. A file that met its target at the end
    of the scale, where others did not get, comes last.

    `on_free_steps`: whether to try the source's coefficients on other steps than their own too.
    """
    files = [made(None, False)]
    if source is None or len(files[0].data) < _SOURCE_FROM * source.size_bytes:
        return files[0]
    if on_free_steps:
        files.append(made(None, True))
    files.append(made(source.steps, True))
    return min(files, key=lambda found: (found.at_ceiling, len(found.data)))


def nearest_to_source(
    source: SourceCoefficients,
    made: Start,
    seen: Callable[[Quantised], float],
    looked_at: Callable[[], LookedAt],
) -> Found:
    """The better of files in the same bytes: of the source's coefficients, or of its pixels.

    On the source's own steps a coefficient is kept without error or not at all. Such a file has
    the advantage where people look, and some more error elsewhere. It is chosen where neither PSNR
    nor PSNR-HVS-M where people look is lower than in a file of the pixels.

    Args:
        source: the file that came in.
        made: as above.
        seen: the log of the error that is seen in a file, against the source's coefficients. It is
            asked after both files are made.
        looked_at: makes what compares both where people look.

    Raises:
        TargetError: the bytes asked for are too few.
    """
    anew = made(None, False)
    if len(anew.data) < _SOURCE_FROM * source.size_bytes:
        return anew
    with contextlib.suppress(TargetError):
        kept = made(source.steps, True)
        more = seen(kept.quantised) - seen(anew.quantised)
        if more <= _MORE_SEEN and looked_at().is_no_worse(kept.data, anew.data):
            return kept
    return anew
