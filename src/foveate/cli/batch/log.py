"""The log of a batch: JSON lines that are appended to a file, each of them whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from foveate.errors import OutputError, printable
from foveate.pictures.writing import why_unwritable


class Log:
    """A file to which objects are appended; without a path nothing is written.

    Raises OutputError where the file cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._number: int | None = None
        if path is None:
            return
        self._is_new = not os.path.lexists(path)
        try:
            self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise self._failed(error) from error

    def write(self, values: dict[str, Any]) -> None:
        """Appends one object.

        Raises OutputError; then no part of the object stays, nor a new file without any line.
        """
        if self._number is None:
            return
        line = json.dumps(values).encode() + b"\n"
        written = 0
        try:
            while written < len(line):
                written += os.write(self._number, line[written:])
        except OSError as error:
            self._take_back(written)
            raise self._failed(error) from error

    def _take_back(self, written: int) -> None:
        """Removes the last bytes again."""
        assert self._number is not None
        assert self._path is not None
        with contextlib.suppress(OSError):  # a pipe or a device
            end = os.fstat(self._number).st_size - written
            os.ftruncate(self._number, end)
            if self._is_new and end == 0:
                os.unlink(self._path)

    def _failed(self, error: OSError) -> OutputError:
        assert self._path is not None
        why = why_unwritable(error, "choose another file for --log")
        return OutputError(f"{printable(self._path)}: cannot be written: {why}")
