"""Native work ends where its thread's time is over, and only there."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from foveate import native
from foveate.deadline import OutOfTimeError, deadline

PIXELS = np.zeros((64, 64, 3), np.uint8)


def _works(threads: int = 1) -> bool:
    try:
        native.forward(PIXELS, True, threads)
    except OutOfTimeError:
        return False
    return True


@pytest.mark.parametrize("threads", [1, 3])
def test_native_work_ends_once_the_time_is_over(threads: int) -> None:
    with deadline(1e-9):
        assert not _works(threads)
    assert _works(threads)


def test_native_work_goes_on_while_there_is_time_or_no_limit() -> None:
    with deadline(1000):
        assert _works()
        with deadline(1e-9):
            assert not _works()
        assert _works()
        with deadline(None):
            assert _works()


def test_the_time_of_one_thread_is_not_that_of_another() -> None:
    found: list[bool] = []
    with deadline(1e-9):
        other = threading.Thread(target=lambda: found.append(_works()))
        other.start()
        other.join()
    assert found == [True]


def test_a_time_that_is_no_time_is_refused() -> None:
    for seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="seconds"):
            native.end_within(seconds)
    native.end_within(None)
    assert _works()
