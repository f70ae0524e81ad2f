"""Votes come to scores with intervals over voters and pictures."""

from __future__ import annotations

import numpy as np
import pytest

from foveate.errors import VotesError
from foveate.votes.results import Vote
from foveate.votes.scoring import scored


def drawn(
    strengths: dict[str, float], *, voters: int = 6, pictures: int = 8, seed: int = 0
) -> list[Vote]:
    """Votes as the model draws them: every voter on every pair of every picture."""
    rng = np.random.default_rng(seed)
    names = list(strengths)
    votes = []
    for voter in range(voters):
        for picture in range(pictures):
            for i, left in enumerate(names):
                for right in names[i + 1 :]:
                    chance = strengths[left] / (strengths[left] + strengths[right])
                    choice = "left" if rng.random() < chance else "right"
                    votes.append(Vote(str(voter), str(picture), left, right, choice, False))
    return votes


def test_scores_and_intervals_find_what_the_votes_were_drawn_from() -> None:
    truth = {"a": 4.0, "b": 2.0, "c": 1.0}
    outcome = scored(drawn(truth, voters=12, pictures=12))
    logs = {
        name: np.log(value) - np.mean(np.log(list(truth.values()))) for name, value in truth.items()
    }
    assert [each.name for each in outcome.scores] == ["a", "b", "c"]
    for each in outcome.scores:
        assert each.low < each.score < each.high
        assert each.low < logs[each.name] < each.high
        assert each.high - each.low < 1
    assert (outcome.voters, outcome.pictures, outcome.resampled) == (12, 12, "voters and pictures")


def test_the_same_votes_have_the_same_scores_in_any_order() -> None:
    votes = drawn({"a": 2.0, "b": 1.0, "c": 1.0})
    assert scored(votes).scores == scored(votes).scores
    assert [s.score for s in scored(votes[::-1]).scores] == pytest.approx(
        [s.score for s in scored(votes).scores]
    )


def test_a_vote_for_no_difference_counts_half_to_each() -> None:
    votes = [Vote("v", f"{n}", "a", "b", "same", False) for n in range(4)]
    first, second = scored(votes).scores
    assert (first.score, second.score) == (0, 0)
    assert (first.won, second.won, first.votes) == (2, 2, 4)
    assert scored(votes).ties == 4


def test_sides_do_not_matter() -> None:
    votes = drawn({"a": 2.0, "b": 1.0, "c": 1.0})
    other = {"left": "right", "right": "left", "same": "same"}
    turned = [Vote(v.voter, v.picture, v.right, v.left, other[v.choice], v.unequal) for v in votes]
    assert scored(turned) == scored(votes)


def test_few_pictures_with_many_voters_have_wide_intervals() -> None:
    """One picture on which all prefer a, one on which all prefer b: voters alone look certain."""
    votes = [
        Vote(f"{voter}", picture, "a", "b", choice, False)
        for voter in range(40)
        for picture, choice in (("x", "left"), ("y", "right"))
    ]
    (first, _) = scored(votes).scores
    assert first.low < -1
    assert first.high > 1


@pytest.mark.parametrize(
    ("voters", "pictures", "resampled"),
    [(1, 5, "pictures"), (5, 1, "voters"), (1, 1, "votes"), (2, 2, "voters and pictures")],
)
def test_what_there_is_one_of_is_not_drawn(voters: int, pictures: int, resampled: str) -> None:
    outcome = scored(drawn({"a": 1.0, "b": 1.0, "c": 1.0}, voters=voters, pictures=pictures))
    assert outcome.resampled == resampled


def test_a_copy_that_won_every_vote_has_a_finite_score_and_is_named() -> None:
    votes = [Vote("v", f"{n}", "a", "b", "left", False) for n in range(5)]
    votes += [Vote("v", f"{n}", "b", "c", c, False) for n, c in enumerate(("left", "right"))]
    outcome = scored(votes)
    assert (outcome.tied, outcome.one_sided) == (True, ("a",))
    assert outcome.scores[0].name == "a"
    assert np.isfinite([each.high for each in outcome.scores]).all()


def test_copies_that_no_vote_joins_are_refused() -> None:
    votes = [Vote("v", "x", "a", "b", "left", False), Vote("v", "y", "c", "d", "left", False)]
    with pytest.raises(VotesError, match="no vote joins a, b with c, d; score"):
        scored(votes)
