"""What votes come to: a score for each copy, with an interval over voters and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import VotesError, printable
from foveate.votes import bradley_terry
from foveate.votes.results import Vote

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
_AT_ONCE = 100


@dataclass(frozen=True)
class Score:
    """How one copy fared against the others."""

    name: str
    votes: int
    """How many votes it took part in."""
    won: float
    """Votes for it, and half of those without a difference."""
    score: float
    """The natural logarithm of its Bradley–Terry strength; the mean of all copies is 0."""
    low: float
    high: float
    """The ends of the score's 95 % interval."""

    def to_dict(self) -> dict[str, Any]:
        """The score as plain, rounded values for JSON."""
        return {
            "name": self.name,
            "votes": self.votes,
            "won": self.won,
            "score": round(self.score, 4),
            "interval_95": [round(self.low, 4), round(self.high, 4)]
            if self.low < self.high
            else None,
        }


@dataclass(frozen=True)
class Outcome:
    """The scores of all copies, the best first, and what they rest on."""

    scores: tuple[Score, ...]
    voters: int
    pictures: int
    ties: int
    resampled: str
    """What was drawn anew for the intervals."""
    one_sided: tuple[str, ...]
    """Copies that won or lost every vote; a tie was added between every two, if it was needed."""
    tied: bool
    """Whether a tie was added between every two copies, since scores were not finite."""


def scored(votes: Sequence[Vote]) -> Outcome:
    """The scores of the copies that were voted on.

    The intervals are the 2.5 % and 97.5 % quantiles of 2000 resamples with a fixed seed. A resample
    draws voters and pictures with replacement, each by itself, and a vote counts as often as both
    its voter and its picture (Owen, Annals of Applied Statistics 1(2), 2007). Where there is one
    voter or one picture, only the other is drawn; where there is one of both, votes are.

    Raises:
        VotesError: no chain of votes joins some copies with the others.
    """
    names = sorted({name for vote in votes for name in (vote.left, vote.right)})
    by_vote = _wins_of_votes(votes, names)
    wins = by_vote.sum(axis=0).reshape(len(names), len(names))
    _check_joined(wins, names)
    draws, resampled = _draws(votes)
    flat = by_vote.reshape(len(votes), -1)
    found = []
    for at in range(0, RESAMPLES, _AT_ONCE):
        some = [counts[at : at + _AT_ONCE, which] for counts, which in draws]
        drawn = np.prod(some, axis=0) @ flat
        found.append(bradley_terry.scores(drawn.reshape(-1, *wins.shape)))
    low, high = np.quantile(np.concatenate(found), [0.025, 0.975], axis=0)
    score = bradley_terry.scores(wins)
    won, lost = wins.sum(axis=1), wins.sum(axis=0)
    made = [
        Score(
            name, round(won[i] + lost[i]), float(won[i]), *map(float, (score[i], low[i], high[i]))
        )
        for i, name in enumerate(names)
    ]
    return Outcome(
        scores=tuple(sorted(made, key=lambda each: (-each.score, each.name))),
        voters=len({vote.voter for vote in votes}),
        pictures=len({vote.picture for vote in votes}),
        ties=sum(vote.choice == "same" for vote in votes),
        resampled=resampled,
        one_sided=tuple(name for i, name in enumerate(names) if 0 in (won[i], lost[i])),
        tied=not bool(bradley_terry.is_finite(wins)),
    )


def _wins_of_votes(votes: Sequence[Vote], names: Sequence[str]) -> Floats:
    """Each vote's wins of row over column (V, N, N)."""
    index = {name: i for i, name in enumerate(names)}
    wins = np.zeros((len(votes), len(names), len(names)))
    for number, vote in enumerate(votes):
        left, right = index[vote.left], index[vote.right]
        share = {"left": 1.0, "right": 0.0, "same": 0.5}[vote.choice]
        wins[number, left, right], wins[number, right, left] = share, 1 - share
    return wins


def _draws(votes: Sequence[Vote]) -> tuple[list[tuple[Floats, npt.NDArray[np.intp]]], str]:
    """What is drawn: how often each of a kind counts in each resample (R, K), and each vote's (V,).

    The text names the kinds.
    """
    rng = np.random.default_rng(0)
    kinds = {
        "voters": [vote.voter for vote in votes],
        "pictures": [vote.picture for vote in votes],
    }
    drawn = [kind for kind, of in kinds.items() if len(set(of)) > 1]
    kinds["votes"] = [str(number) for number in range(len(votes))]
    draws = []
    for kind in drawn or ["votes"]:
        known, which = np.unique(kinds[kind], return_inverse=True)
        share = np.full(len(known), 1 / len(known))
        counts = rng.multinomial(len(known), share, size=RESAMPLES).astype(np.float64)
        draws.append((counts, which))
    return draws, " and ".join(drawn or ["votes"])


def _check_joined(wins: Floats, names: Sequence[str]) -> None:
    joined = np.linalg.matrix_power(
        (wins + wins.T > 0) | np.eye(len(names), dtype=bool), len(names)
    )
    if not joined.all():
        apart = [
            [printable(n) for n, of in zip(names, joined[0], strict=True) if of == side]
            for side in (True, False)
        ]
        raise VotesError(
            f"no vote joins {', '.join(apart[0])} with {', '.join(apart[1])}; "
            "score their result files in separate calls"
        )
