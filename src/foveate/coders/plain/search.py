"""The last of a row of whole numbers that keeps a limit."""

from __future__ import annotations

from collections.abc import Callable

_DOUBT = 0.6
"""What is left of the slope each time that it did not lead over the limit."""
_PATIENCE = 4
"""Of so many tries by a sample one halves what is left, should it say little."""


def last_within(
    excess: Callable[[int], float], *, lowest: int, highest: int, guess: int, slope: float
) -> int | None:
    """The largest x from `lowest` to `highest` with excess(x) <= 0; None where there is none.

    excess: rises with x, but for noise. guess: where to look first. slope: about how much the
    excess rises a step.
    """
    low, high = lowest - 1, highest + 1
    below: float | None = None
    above: float | None = None
    following, tried = guess, 0
    while high - low > 1:
        x = min(max(following, low + 1), high - 1)
        found = excess(x)
        tried += 1
        if found <= 0:
            low, below = x, found
        else:
            high, above = x, found
        if below is None or above is None:
            following = x - round(found / slope)
            slope *= _DOUBT
        elif tried % 3 == 0:
            following = (low + high) // 2
        else:
            following = low + round((high - low) * below / (below - above))
    return low if low >= lowest else None


def last_within_by_sample(
    excess: Callable[[int], float],
    of_sample: Callable[[int], float],
    *,
    lowest: int,
    highest: int,
    guess: int,
    slope: float,
) -> int | None:
    """As `last_within`, with few calls of `excess`, where another function rises as it does.

    of_sample: cheap, and about as high as `excess`. What they differ by at one x is taken to be
    what they differ by at the next ones.
    """
    low, high = lowest - 1, highest + 1
    offset, tried = 0.0, 0
    while high - low > 1:
        following = last_within(
            _shifted(of_sample, offset),
            lowest=low + 1,
            highest=high - 1,
            guess=guess,
            slope=slope,
        )
        if following is None and low >= lowest:
            break
        guess = low + 1 if following is None else following
        if tried % _PATIENCE == _PATIENCE - 1:
            guess = (low + high) // 2
        found = excess(guess)
        tried += 1
        if found <= 0:
            low = guess
        else:
            high = guess
        if found <= 0 or low < lowest:
            offset = found - of_sample(guess)
    return low if low >= lowest else None


def _shifted(function: Callable[[int], float], offset: float) -> Callable[[int], float]:
    return lambda x: function(x) + offset
