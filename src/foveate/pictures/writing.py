"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from foveate.errors import OutputError, printable
from foveate.pictures.drafts import draft_path, open_draft, remove_draft

Times = tuple[int, int]
"""When a file was read and changed last, in nanoseconds, as `os.utime` takes them."""
Fill = Callable[[Path, BinaryIO], None]
"""Writes a draft, by its path or by the open file."""

_MENDS: dict[int | None, str] = {
    errno.ENOSPC: "the disk is full; free some space or write elsewhere",
    errno.EDQUOT: "your disk quota is used up; free some space or write elsewhere",
    errno.EFBIG: "the file is larger than may be written here; write elsewhere",
    errno.EROFS: "the disk is read-only; write elsewhere",
    errno.EACCES: "no permission to write there; write elsewhere",
    errno.EPERM: "no permission to write there; write elsewhere",
    errno.ENOENT: "its folder does not exist; make it first",
    errno.ENOTDIR: "its folder is a file; choose another place",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
}
# What file systems without hard links (FAT, some network and user-space ones) answer.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


def write_atomically(
    path: str | os.PathLike[str], data: bytes, *, overwrite: bool, times: Times | None = None
) -> None:
    """Puts `data` at `path`: readers see all of it or what was there before.

    An existing file stays unless `overwrite`; a link is followed and what it points at replaced.
    A file that takes another's place keeps the mode, the owner where that is allowed, and the
    extended attributes of the one before. `times` are given to the file; by default they are now.
    Nothing is left behind where this fails or is interrupted. Raises OutputError.
    """

    def fill(draft: Path, file: BinaryIO) -> None:
        file.write(data)
        file.flush()

    _placed(path, fill, times, overwrite=overwrite)


def fill_atomically(
    path: str | os.PathLike[str], fill: Callable[[Path], None], *, overwrite: bool
) -> None:
    """As `write_atomically`, of a file that `fill` writes at the path that it is given.

    `fill` may write what is there anew, but must not put another file in its place.
    """
    _placed(path, lambda draft, file: fill(draft), None, overwrite=overwrite)


def _placed(
    path: str | os.PathLike[str], fill: Fill, times: Times | None, *, overwrite: bool
) -> None:
    """What both ways of writing share; tells what went wrong as OutputError."""
    target = Path(path)
    try:
        if overwrite:
            target = Path(os.path.realpath(target))
        _write(target, fill, times, overwrite=overwrite)
    except FileExistsError as error:
        raise OutputError(
            f"{printable(path)}: exists already; use `overwrite=True` to replace it"
        ) from error
    except (OSError, ValueError) as error:
        typical = isinstance(error, OSError) and error.errno
        mend = why_unwritable(error, "write elsewhere") if typical else str(error)
        raise OutputError(f"{printable(path)}: cannot be written: {mend}") from error


def why_unwritable(error: Exception, otherwise: str) -> str:
    """Why the system wrote no file, and what would help: `otherwise`, unless more is known."""
    reason = getattr(error, "strerror", None) or str(error)
    return _MENDS.get(getattr(error, "errno", None), f"{reason}; {otherwise}")


def _write(target: Path, fill: Fill, times: Times | None, *, overwrite: bool) -> None:
    before = _status(target)
    if before is not None:
        if not overwrite:
            raise FileExistsError(errno.EEXIST, "exists")
        if stat.S_ISDIR(before.st_mode):
            raise ValueError("it is a folder; give a file's name")
        if not stat.S_ISREG(before.st_mode):
            raise ValueError("it is not a regular file; give a file's name")
    draft = draft_path(target.parent)
    try:
        try:
            with open_draft(draft) as file:
                fill(draft, file)
                if before is not None:
                    _liken(file.fileno(), target, before)
                if times is not None:
                    os.utime(file.fileno(), ns=times)
                os.fsync(file.fileno())
                if overwrite:
                    os.replace(draft, target)
                else:
                    _place_new(draft, target)
        finally:
            remove_draft(draft)
    except BaseException:
        remove_draft(draft)  # an interruption may come within the first removal too
        raise


def _liken(number: int, target: Path, before: os.stat_result) -> None:
    """Gives an open file the owner, mode and extended attributes of the one that it replaces."""
    now = os.fstat(number)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        with contextlib.suppress(OSError):  # only the system's administrator may give files away
            os.fchown(number, before.st_uid, before.st_gid)
    if hasattr(os, "listxattr"):
        names: list[str] = []
        with contextlib.suppress(OSError):  # a disk without them
            names = os.listxattr(target)
        for name in names:
            with contextlib.suppress(OSError):  # some may be set by the system alone
                os.setxattr(number, name, os.getxattr(target, name))
    if hasattr(os, "fchmod"):  # Windows has it from Python 3.13 on
        os.fchmod(number, stat.S_IMODE(before.st_mode))


def _place_new(draft: Path, target: Path) -> None:
    """Gives the draft its name, unless another file took that name meanwhile."""
    try:
        os.link(draft, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            os.replace(draft, target)
        except BaseException:
            os.unlink(target)
            raise


def _status(target: Path) -> os.stat_result | None:
    try:
        return os.lstat(target)
    except FileNotFoundError:
        return None
