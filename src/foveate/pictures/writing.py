"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

from foveate.errors import OutputError, printable

_MENDS = {
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


def write_atomically(path: str | os.PathLike[str], data: bytes, *, overwrite: bool) -> None:
    """Puts `data` at `path`: readers see all of it or what was there before.

    An existing file stays unless `overwrite`; a link is followed and what it points at replaced.
    Nothing is left behind where this fails or is interrupted. Raises OutputError.
    """
    target = Path(path)
    try:
        if overwrite:
            target = Path(os.path.realpath(target))
        _write(target, data, overwrite=overwrite)
    except FileExistsError as error:
        raise OutputError(
            f"{printable(path)}: exists already; use --overwrite (overwrite=True) to replace it"
        ) from error
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = getattr(error, "strerror", None) or str(error)
        mend = _MENDS.get(number, f"{reason}; write elsewhere") if number else reason
        raise OutputError(f"{printable(path)}: cannot be written: {mend}") from error


def _write(target: Path, data: bytes, *, overwrite: bool) -> None:
    before = _status(target)
    if before is not None:
        if not overwrite:
            raise FileExistsError(errno.EEXIST, "exists")
        if stat.S_ISDIR(before.st_mode):
            raise ValueError("it is a folder; give a file's name")
        if not stat.S_ISREG(before.st_mode):
            raise ValueError("it is not a regular file; give a file's name")
    draft = target.parent / f".foveate-{secrets.token_hex(8)}.tmp"
    mode = None if before is None else stat.S_IMODE(before.st_mode)
    try:
        try:
            _fill(draft, data, mode)
            if overwrite:
                os.replace(draft, target)
            else:
                _place_new(draft, target)
        finally:
            _remove(draft)
    except BaseException:
        _remove(draft)  # an interruption may come within the first removal too
        raise


def _fill(draft: Path, data: bytes, mode: int | None) -> None:
    # Made by os.open and not by tempfile: a new file's permissions follow the umask.
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _remove(draft: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(draft)


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
