"""A batch that is killed loses nothing; `python tests/kills.py 200` tries many more moments."""

from __future__ import annotations

from pathlib import Path

from kills import Kills


def test_a_killed_batch_loses_nothing_and_the_next_run_leaves_nothing(tmp_path: Path) -> None:
    kills = Kills(tmp_path, seed=1)
    for number in (1, 2):  # SIGKILL into two processes' results, and into pictures in place
        kills.trial(number)
