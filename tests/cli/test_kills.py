"""A batch that is killed loses nothing; `python tests/kills.py 200` tries many more moments."""

from __future__ import annotations

from pathlib import Path

from kills import Kills


def test_a_killed_batch_loses_nothing_and_the_next_run_leaves_nothing(tmp_path: Path) -> None:
    Kills(tmp_path, seed=1, pictures=3).trial(2)  # SIGKILL, with pictures in their places
