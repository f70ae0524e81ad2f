"""Bradley–Terry scores are those of a logistic regression, fitted by SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from foveate.votes import bradley_terry


def regression(wins: np.ndarray) -> np.ndarray:
    """The coefficients of most likelihood of P(i over j) = 1 / (1 + exp(b_j - b_i)), of mean 0."""
    won, lost = np.nonzero(wins)
    weights = wins[won, lost]

    def loss(b: np.ndarray) -> float:
        return float((weights * np.logaddexp(0, b[lost] - b[won])).sum() + b.mean() ** 2)

    found = minimize(loss, np.zeros(len(wins)), method="BFGS", options={"gtol": 1e-9}).x
    return found - found.mean()


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_a_logistic_regression(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wins = rng.integers(1, 20, (5, 5)) / 2.0
    np.fill_diagonal(wins, 0)
    assert bradley_terry.scores(wins) == pytest.approx(regression(wins), abs=1e-5)


def test_pairs_that_never_met_are_scored_through_others() -> None:
    wins = np.array([[0, 6, 0], [3, 0, 8], [0, 2, 0.0]])
    assert bradley_terry.scores(wins) == pytest.approx(regression(wins), abs=1e-5)
    assert bradley_terry.scores(wins)[0] - bradley_terry.scores(wins)[1] == pytest.approx(
        math.log(2)
    )


def test_of_two_the_difference_is_the_logarithm_of_the_odds() -> None:
    scores = bradley_terry.scores(np.array([[0, 30], [10, 0.0]]))
    assert scores == pytest.approx([math.log(3) / 2, -math.log(3) / 2])


def test_scores_are_finite_where_every_part_lost_to_the_rest() -> None:
    cycle = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0.0]])
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0.0]])
    top = np.array([[0, 2, 1], [0, 0, 1], [0, 3, 0.0]])
    assert list(bradley_terry.is_finite(np.stack([cycle, chain, top]))) == [True, False, False]


def test_where_they_are_not_a_tie_between_every_two_is_counted() -> None:
    wins = np.array([[0, 5, 5], [0, 0, 2], [0, 1, 0.0]])
    expected = regression(wins + 0.5 * (1 - np.eye(3)))
    assert bradley_terry.scores(wins) == pytest.approx(expected, abs=1e-5)


def test_many_at_once_are_each_by_itself() -> None:
    rng = np.random.default_rng(5)
    wins = rng.integers(0, 4, (20, 4, 4)) * (1 - np.eye(4))
    alone = [bradley_terry.scores(each) for each in wins]
    assert bradley_terry.scores(wins) == pytest.approx(np.stack(alone), abs=1e-6)
