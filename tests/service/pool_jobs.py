"""What the pool's tests have its processes do."""

from __future__ import annotations

import os
import time
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def process() -> int:
    return os.getpid()


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "awake"


def die() -> None:
    os._exit(9)


def die_once(mark: str) -> str:
    """Dies the first time, when the file `mark` is not there."""
    if not Path(mark).exists():
        Path(mark).touch()
        os._exit(9)
    return "alive"


kept: list[bytearray] = []


def keep(size: int) -> int:
    """Holds so many bytes for good."""
    kept.append(bytearray(b"x") * size)
    return os.getpid()


def fail() -> None:
    raise ValueError("a fault")
