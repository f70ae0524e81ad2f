"""Lets signals wait while a library is imported whose native code cannot bear an exception."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def signals_wait() -> Iterator[None]:
    """While the block runs in the main thread, signals with Python handlers wait for its end.

    An exception that a handler raises within the import of a native module would come up as an
    ImportError, or leave half a module behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers never run in other threads
        return
    waiting: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    before: dict[int, Any] = {}
    try:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and callable(signal.getsignal(number)):
                before[number] = signal.signal(number, note)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)
