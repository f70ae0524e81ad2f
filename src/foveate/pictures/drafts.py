"""Drafts: hidden files that are filled beside their target, and then take its name.

Whoever fills a draft holds a lock on it, which the system lets go of when the process ends in any
way. So a draft that nobody holds was left by a run that was killed, and can be swept away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not a POSIX system: drafts have no locks there, and none is swept
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"\.foveate-[0-9a-f]{16}\.tmp")


def draft_path(folder: Path) -> Path:
    """A name for a draft in the folder, which no other file has."""
    return folder / f".foveate-{secrets.token_hex(8)}.tmp"


@contextlib.contextmanager
def open_draft(path: Path) -> Iterator[BinaryIO]:
    """A new, locked file at a `draft_path`, to be written; a new file's mode follows the umask.

    The file is closed in the end, but neither placed nor removed. Raises OSError.
    """
    while True:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(number, "wb") as file:
            if _lock(number, wait=True) and not os.fstat(number).st_nlink:
                continue  # it was swept between its making and its locking
            yield file
            return


def remove_draft(path: Path) -> None:
    """Removes a draft, where it is still there."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def sweep_drafts(folders: Iterable[Path]) -> int:
    """Removes the drafts that killed runs left in these folders, and says how many there were.

    Drafts that are being filled now stay, as do those that cannot be removed.
    """
    swept = 0
    for folder in folders:
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if _NAME.fullmatch(name):
                    swept += _sweep(folder / name)
    return swept


def _sweep(path: Path) -> bool:
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            free = _lock(number, wait=False)
            if free:
                os.unlink(path)
        finally:
            os.close(number)
    except OSError:
        return False
    return free


def _lock(number: int, *, wait: bool) -> bool:
    """Whether the file could be locked for this process alone. Raises OSError."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:  # in use, or a disk without locks
        if error.errno in (errno.EWOULDBLOCK, errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK):
            return False
        raise
    return True
