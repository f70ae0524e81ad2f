"""Files that arrive one after the other, packed into a zip file on disk as they come."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from foveate.errors import OptionError

_PIECE = 1 << 20
_LONGEST_LINE = 4 << 20
_MOST_BYTES = 16 << 30


class Packing:
    """A zip file in the making: a line of JSON comes, [[name, bytes], ...], then the files.

    The files are compressed pictures already, so they are stored as they are. Of two files of one
    name the second gets a number.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
        self._archive = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._line = b""
        self._coming: list[tuple[str, int]] | None = None
        self._open: IO[bytes] | None = None
        self._missing = 0

    def take(self, piece: bytes) -> None:
        """Takes what came next. Raises OptionError where it is not of the page."""
        if self._coming is None:
            self._line += piece
            line, end, piece = self._line.partition(b"\n")
            if not end:
                if len(self._line) > _LONGEST_LINE:
                    raise _unfit()
                return
            self._coming = _listed(line)
        while piece:
            if self._open is None:
                self._begin()
            assert self._open is not None
            part, piece = piece[: self._missing], piece[self._missing :]
            self._open.write(part)
            self._missing -= len(part)
            if not self._missing:
                self._open.close()
                self._open = None

    def finished(self) -> Iterator[bytes]:
        """The zip file in pieces; its place on disk is free afterwards."""
        if self._coming is None or self._coming or self._open is not None:
            raise _unfit()
        self._archive.close()
        self._file.seek(0)
        return self._pieces()

    def close(self) -> None:
        """Gives up, and frees the place on disk."""
        with self._file:
            if self._open is not None:
                self._open.close()
            self._archive.close()

    def _begin(self) -> None:
        if not self._coming:
            raise _unfit()
        name, self._missing = self._coming.pop(0)
        self._open = self._archive.open(name, "w", force_zip64=self._missing >= 1 << 31)

    def _pieces(self) -> Iterator[bytes]:
        with self._file:
            while piece := self._file.read(_PIECE):
                yield piece


def _listed(line: bytes) -> list[tuple[str, int]]:
    """Names that differ, and sizes above 0."""
    try:
        found = [(str(name), int(size)) for name, size in json.loads(line)]
    except (ValueError, TypeError, RecursionError) as error:
        raise _unfit() from error
    if not found or sum(size for _, size in found) > _MOST_BYTES or any(s < 1 for _, s in found):
        raise _unfit()
    names: set[str] = set()
    return [(_unused(name, names), size) for name, size in found]


def _unused(name: str, names: set[str]) -> str:
    """The name without folders, or with a number where another file has it."""
    name = name.replace("\\", "/").rpartition("/")[2] or "picture"
    stem, dot, suffix = name.partition(".")
    number, found = 1, name
    while found.lower() in names:
        number += 1
        found = f"{stem}-{number}{dot}{suffix}"
    names.add(found.lower())
    return found


def _unfit() -> OptionError:
    return OptionError("the files to be packed did not come as the page sends them; load it again")
