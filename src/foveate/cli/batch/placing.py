"""Puts a result where it belongs: beside its picture, in its place, or on stdout."""

from __future__ import annotations

import os
from pathlib import Path

from foveate.cli.output_files import make_folder, refuse_existing, refuse_unwritable
from foveate.errors import OutputError, printable
from foveate.pictures import write_atomically
from foveate.pictures.file_bytes import file_bytes
from foveate.pictures.writing import Times

__all__ = [
    "beside",
    "in_place",
    "make_folder",
    "refuse_existing",
    "refuse_unwritable",
    "status_of",
    "times_of",
]


def status_of(source: Path) -> os.stat_result | None:
    """A file's status; None where it has none, which reading it will tell better."""
    try:
        return os.stat(source)
    except OSError:
        return None


def times_of(status: os.stat_result | None) -> Times | None:
    """When a file was read and changed last."""
    return None if status is None else (status.st_atime_ns, status.st_mtime_ns)


def beside(target: Path, data: bytes, times: Times | None, *, overwrite: bool) -> None:
    """Writes a result to a place of its own. Raises OutputError."""
    make_folder(target.parent)
    try:
        write_atomically(target, data, overwrite=overwrite, times=times)
    except OutputError:
        # Another run, or a process of a killed run, may have just finished the same work.
        if overwrite or not _has_content(target, data):
            raise


def in_place(
    source: Path,
    data: bytes,
    status: os.stat_result | None,
    backup: Path | None,
    *,
    keep_times: bool,
) -> None:
    """Lets a result take its picture's place, with mode, owner, times and extended attributes.

    backup: where the original goes. Raises OutputError, and then the original is as it was.
    """
    name = printable(source)
    now = status_of(source)
    if status is None or now is None or _version(now) != _version(status):
        raise OutputError(f"{name}: changed while it was compressed, and is left; try it again")
    if backup is not None:
        _keep_original(source, backup)
    write_atomically(source, data, overwrite=True, times=times_of(status) if keep_times else None)


def _version(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _keep_original(source: Path, backup: Path) -> None:
    """Gives the original a second name in the backup folder, or copies it to another disk."""
    make_folder(backup.parent)
    original = os.path.realpath(source)
    if os.path.realpath(backup) == original or backup.is_symlink():
        raise OutputError(
            f"{printable(backup)}: is the picture itself or a link, which would keep no original; "
            "choose another folder for --backup"
        )
    try:
        os.link(original, backup)
        return
    except FileExistsError:
        pass
    except OSError:  # another disk, or one without hard links
        status = os.stat(original)
        data = file_bytes(original)
        if not os.path.lexists(backup):
            write_atomically(backup, data, overwrite=False, times=times_of(status))
            os.chmod(backup, status.st_mode & 0o7777)
            return
    if not _has_content(backup, file_bytes(original)):
        raise OutputError(
            f"{printable(backup)}: exists already, and is another picture than "
            f"{printable(source)}; choose another folder for --backup"
        )


def _has_content(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.read_bytes() == data
    except OSError:
        return False
