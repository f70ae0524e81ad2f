"""Ctrl-C, SIGTERM and SIGHUP all stop a command in the same way: by an exception, and cleanly."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_asked: list[int] = []
_before: dict[int, Any] = {}
"""The handlers that the signals had, while ours are set."""


class Stopped(KeyboardInterrupt):
    """A signal asked the process to stop."""


def asked() -> bool:
    """Whether a signal asked the process to stop; what is raised from then on is a consequence."""
    return bool(_asked)


def check() -> None:
    """Raises Stopped where a stop was asked and the exception was lost on its way.

    An exception in a destructor or inside another library's native code never comes up.
    """
    if _asked:
        raise Stopped


def exit_code() -> int:
    """The exit code of a stopped command, as shells count it: 128 plus the signal's number."""
    return 128 + (_asked[0] if _asked else signal.SIGINT)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, each of the three signals raises Stopped in the main thread.

    A signal that is ignored stays so, as `nohup` and shells' background jobs want it.
    """
    _asked.clear()
    hook = sys.unraisablehook

    def without_stops(unraisable: Any) -> None:
        if not (_asked and isinstance(unraisable.exc_value, KeyboardInterrupt)):
            hook(unraisable)

    with contextlib.suppress(ValueError):  # only the main thread may set handlers
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is None:
                continue
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                _before[number] = signal.signal(number, _stop)
    sys.unraisablehook = without_stops
    try:
        yield
    finally:
        sys.unraisablehook = hook
        _restore()


def _restore() -> None:
    """Sets the handlers of before, also in a forked child, which other code ends by signals."""
    while _before:
        number, handler = _before.popitem()
        signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    _asked.append(number)
    raise Stopped


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restore)
