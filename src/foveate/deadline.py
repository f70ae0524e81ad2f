"""What ends the work on one picture early: its time is over, or nobody wants its result any more.

Both are set by whoever knows them, and asked about between steps of the work.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

_END: ContextVar[float | None] = ContextVar("foveate_deadline", default=None)
_WANTED: ContextVar[Callable[[], bool] | None] = ContextVar("foveate_wanted", default=None)
_LONG_SECONDS = 1e8
_TOLD: list[Callable[[float | None], object]] = []


class OutOfTimeError(Exception):
    """The time of the innermost `deadline` has run out; its setter says so in words of its own."""


class UnwantedError(OutOfTimeError):
    """The work was given up: whoever asked for it does not wait for it any more."""


@contextlib.contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Within the block `check_time` raises once so many seconds are over; None sets no end.

    An end that was set outside the block and comes earlier stays.
    """
    before = _END.get()
    if seconds is None:
        yield
        return
    end = time.monotonic() + seconds
    token = _END.set(end if before is None else min(end, before))
    try:
        _tell()
        yield
    finally:
        _END.reset(token)
        _tell()


@contextlib.contextmanager
def while_wanted(wanted: Callable[[], bool]) -> Iterator[None]:
    """Within the block `check_time` raises UnwantedError once `wanted` says no."""
    token = _WANTED.set(wanted)
    try:
        yield
    finally:
        _WANTED.reset(token)


def tell_of_ends(told: Callable[[float | None], object]) -> None:
    """Has `told` called in how many seconds this thread's time ends, or None: now and at changes.

    For work that cannot call `check_time`.
    """
    _TOLD.append(told)
    _tell()


def _tell() -> None:
    end = _END.get()
    left = None if end is None else min(max(0.0, end - time.monotonic()), _LONG_SECONDS)
    for told in _TOLD:
        told(left)


def is_timed() -> bool:
    """Whether an end is set."""
    return _END.get() is not None


def check_time() -> None:
    """Raises OutOfTimeError where the time is over or nobody waits. Costs next to nothing."""
    wanted = _WANTED.get()
    if wanted is not None and not wanted():
        raise UnwantedError
    end = _END.get()
    if end is not None and time.monotonic() > end:
        raise OutOfTimeError
