"""Bradley–Terry scores: how strongly each copy is preferred, from comparisons of pairs.

Bradley and Terry, Biometrika 39, 1952: copy i is preferred to j with the probability
p_i / (p_i + p_j). The strengths of most likelihood are found by Hunter's iteration (Annals of
Statistics 32(1), 2004, equation 3). A tie counts half to each.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS, _TOLERANCE = 20_000, 1e-10
_TIE = 0.5


def is_finite(wins: Floats) -> npt.NDArray[np.bool_]:
    """Whether the scores of most likelihood are finite: (..., N, N) wins of row over column.

    They are where every part of the copies lost at least once to the rest (Ford, American
    Mathematical Monthly 64(8), 1957).
    """
    count = wins.shape[-1]
    reached = (wins > 0) | np.eye(count, dtype=bool)
    for _ in range(max(count - 1, 1).bit_length()):
        reached = (reached.astype(np.float64) @ reached.astype(np.float64)) > 0
    return np.asarray(reached.all(axis=(-2, -1)))


def with_ties(wins: Floats) -> Floats:
    """The wins and one tie more between every two copies, which makes all scores finite."""
    return wins + _TIE * (1 - np.eye(wins.shape[-1]))


def scores(wins: Floats) -> Floats:
    """The natural logarithms of the strengths, of mean 0: (..., N, N) wins -> (..., N).

    Where these are not finite, they are those of `with_ties`.
    """
    unsure = ~is_finite(wins)[..., None, None]
    counted = np.where(unsure, with_ties(wins), wins)
    won = counted.sum(axis=-1)
    met = counted + np.swapaxes(counted, -1, -2)
    strengths = np.ones_like(won)
    logs: Floats = np.zeros_like(won)
    for _ in range(_STEPS):
        strengths = won / (met / (strengths[..., :, None] + strengths[..., None, :])).sum(axis=-1)
        before, logs = logs, np.log(strengths)
        logs = logs - logs.mean(axis=-1, keepdims=True)
        strengths = np.exp(logs)
        if np.abs(logs - before).max() < _TOLERANCE:
            break
    return logs
