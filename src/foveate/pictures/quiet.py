"""Keeps Python's warnings still while Pillow reads, in any number of threads.

`warnings.catch_warnings` puts back what it found, so two threads that overlap leave the filters of
the one behind in those of the other. Here the first thread in sets one filter, and the last one
out takes it away.
"""

from __future__ import annotations

import contextlib
import os
import threading
import warnings
from collections.abc import Iterator

_FILTER = ("ignore", None, Warning, None, 0)


class _Readers:
    """How many threads are reading now, and whether the filter was set for them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: list[int] = []
        self.set_filter = False

    def enter(self) -> None:
        with self.lock:
            if not self.inside and _FILTER not in warnings.filters[:1]:
                warnings.filters.insert(0, _FILTER)  # type: ignore[attr-defined]
                self.set_filter = True
            self.inside.append(threading.get_ident())

    def leave(self) -> None:
        with self.lock:
            with contextlib.suppress(ValueError):  # forgotten in a forked child
                self.inside.remove(threading.get_ident())
            if not self.inside and self.set_filter:
                self._take_filter_away()

    def _take_filter_away(self) -> None:
        self.set_filter = False
        with contextlib.suppress(ValueError):
            warnings.filters.remove(_FILTER)  # type: ignore[attr-defined]

    def after_fork(self) -> None:
        """In a child: the other threads are gone, and one of them may have held the lock."""
        self.lock = threading.Lock()
        self.inside = [number for number in self.inside if number == threading.get_ident()]
        if not self.inside and self.set_filter:
            self._take_filter_away()


_READERS = _Readers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_READERS.after_fork)


@contextlib.contextmanager
def without_warnings() -> Iterator[None]:
    """Warnings are ignored while the block runs; afterwards the filters are as they were."""
    _READERS.enter()
    try:
        yield
    finally:
        _READERS.leave()
