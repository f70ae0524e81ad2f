"""The last of a row of whole numbers that keeps a limit."""

from __future__ import annotations

from collections.abc import Callable

_DOUBT = 0.6
"""What is left of the slope each time that it did not lead over the limit."""


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
