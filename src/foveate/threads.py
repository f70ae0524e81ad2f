"""How many threads this process may use."""

from __future__ import annotations

import operator
import os
from pathlib import Path

from foveate.errors import OptionError

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def _cgroup_cpus() -> int | None:
    """Whole CPUs of this container's quota (cgroup v2); None without one."""
    try:
        quota, period = _CGROUP_LIMIT.read_text().split()
    except (OSError, ValueError):
        return None
    if quota == "max":
        return None
    return max(1, -(-int(quota) // int(period)))


def usable_threads(asked: int | None = None) -> int:
    """Threads to run on: what is asked, at most what the process may use; all of that by default.

    Raises:
        OptionError: fewer than one is asked for.
    """
    if asked is not None:
        try:
            asked = operator.index(asked)
        except TypeError as error:
            raise OptionError(f"`threads` is {asked!r}; give a whole number") from error
        if asked < 1:
            raise OptionError(f"`threads` is {asked}; give 1 or more, or leave it out")
    if hasattr(os, "sched_getaffinity"):
        available = len(os.sched_getaffinity(0))
    else:
        available = os.cpu_count() or 1
    quota = _cgroup_cpus()
    if quota is not None:
        available = min(available, quota)
    return available if asked is None else min(asked, available)
