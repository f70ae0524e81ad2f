"""A file's bytes, by its path: no more memory is taken than the file fills."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from foveate.deadline import check_time, is_timed
from foveate.errors import FoveateError, PictureError, printable
from foveate.pictures.over_limits import over_bytes, readable_limit

MAX_FILE_BYTES = 2 << 30
LARGEST_TEXT = 64 << 20
"""Bytes of a file of lists, numbers or settings: parsed, it takes many times as much memory."""
PICTURE_FILE = "picture file"
_CHUNK_BYTES = 1 << 20


def file_bytes(
    path: str | os.PathLike[str],
    name: str | None = None,
    *,
    most: int = MAX_FILE_BYTES,
    kind: str = PICTURE_FILE,
    error_kind: type[FoveateError] = PictureError,
) -> bytes:
    """What a file holds, of `most` bytes at most.

    A device is never read. A pipe is read where it may bring a picture and no time is set: to wait
    for one can take for ever.

    Raises PictureError, or `error_kind`, which calls the file `name` or its path and asks for
    a file of that kind.
    """
    name = printable(os.fsdecode(path)) if name is None else name
    try:
        _check_kind(os.stat(path).st_mode, name, kind, error_kind)
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            _check_kind(status.st_mode, name, kind, error_kind)
            if status.st_size > most:
                raise error_kind(_too_large(name, most, kind))
            return stream_bytes(
                file, name, expected=status.st_size, most=most, kind=kind, error_kind=error_kind
            )
    except FileNotFoundError as error:
        raise error_kind(f"{name}: no such file; check the name") from error
    except IsADirectoryError as error:
        raise error_kind(f"{name}: is a folder; give {_article(kind)} {kind}") from error
    except PermissionError as error:
        raise error_kind(f"{name}: no permission to read it; change its permissions") from error
    except MemoryError as error:
        raise error_kind(too_big_for_memory(name)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise error_kind(f"{name}: cannot be read: {reason}; check the name and disk") from error


def text_of(
    path: str | os.PathLike[str],
    *,
    kind: str,
    error_kind: type[FoveateError],
    most: int = LARGEST_TEXT,
) -> str:
    """The text of a file, in UTF-8. Raises `error_kind` in one line, as `file_bytes` does."""
    data = file_bytes(path, most=most, kind=kind, error_kind=error_kind)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise error_kind(
            f"{printable(os.fsdecode(path))}: is no text; give {_article(kind)} {kind}"
        ) from error


def _article(kind: str) -> str:
    return "an" if kind[0] in "AEIOUaeiou" else "a"


def _check_kind(mode: int, name: str, kind: str, error_kind: type[FoveateError]) -> None:
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise error_kind(f"{name}: is a device; give {_article(kind)} {kind}")
    unwanted = is_timed() or kind != PICTURE_FILE
    if unwanted and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise error_kind(f"{name}: is no regular file; give {_article(kind)} {kind}")


def stream_bytes(
    stream: BinaryIO,
    name: str,
    *,
    expected: int = 0,
    most: int = MAX_FILE_BYTES,
    kind: str = PICTURE_FILE,
    error_kind: type[FoveateError] = PictureError,
) -> bytes:
    """All that a stream holds, read in parts; `expected` bytes are read at once.

    Raises PictureError, or `error_kind`, where it holds more than `most` bytes, and what
    the stream raises.
    """
    # A read of n bytes reserves n bytes before it begins, so none asks for the whole limit.
    first = stream.read(expected + 1)
    if len(first) <= expected and expected:
        return first
    parts = [first]
    total = len(first)
    while part := stream.read(_CHUNK_BYTES):
        parts.append(part)
        total += len(part)
        if total > most:
            raise error_kind(_too_large(name, most, kind))
        check_time()
    return b"".join(parts)


def too_big_for_memory(name: str) -> str:
    """What to say of a picture that memory cannot hold."""
    return f"{name}: does not fit in this machine's memory; resize it first"


def _too_large(name: str, most: int, kind: str) -> str:
    if kind == PICTURE_FILE:
        return f"{name}: {over_bytes(most)}"
    return f"{name}: is larger than {readable_limit(most)}, the limit; give {_article(kind)} {kind}"
