"""A file's bytes, by its path: no more memory is taken than the file fills."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from foveate.errors import PictureError, printable

MAX_FILE_BYTES = 2 << 30
_CHUNK_BYTES = 1 << 20


def file_bytes(path: str | os.PathLike[str], name: str | None = None) -> bytes:
    """What a picture file holds. Raises PictureError, which calls the file `name` or its path."""
    name = printable(os.fsdecode(path)) if name is None else name
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
                raise PictureError(f"{name}: is a device; give a picture file")
            if status.st_size > MAX_FILE_BYTES:
                raise PictureError(f"{name}: is larger than 2 GiB; resize it first")
            return stream_bytes(file, name, expected=status.st_size)
    except FileNotFoundError as error:
        raise PictureError(f"{name}: no such file; check the name") from error
    except IsADirectoryError as error:
        raise PictureError(f"{name}: is a folder; give a picture file") from error
    except PermissionError as error:
        raise PictureError(f"{name}: no permission to read it; change its permissions") from error
    except MemoryError as error:
        raise PictureError(too_big_for_memory(name)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(f"{name}: cannot be read: {reason}; check the name and disk") from error


def stream_bytes(stream: BinaryIO, name: str, *, expected: int = 0) -> bytes:
    """All that a stream holds, read in parts; `expected` bytes are read at once.

    Raises PictureError where it holds more than 2 GiB, and what the stream raises.
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
        if total > MAX_FILE_BYTES:
            raise PictureError(f"{name}: is larger than 2 GiB; resize it first")
    return b"".join(parts)


def too_big_for_memory(name: str) -> str:
    """What to say of a picture that memory cannot hold."""
    return f"{name}: does not fit in this machine's memory; resize it first"
