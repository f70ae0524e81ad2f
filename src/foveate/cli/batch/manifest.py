"""The manifest of a folder of results: what was made of which content by which settings.

It is a file of JSON lines. A line is written before its result is put in place, and counts only
where the file in that place has the content that the line tells. So a run that is killed at any
moment leaves nothing that the next one would take for done by mistake.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from foveate.errors import FoveateError, OutputError, printable
from foveate.pictures.file_bytes import file_bytes
from foveate.pictures.writing import why_unwritable
from foveate.settings import Settings

NAME = ".foveate.jsonl"


@dataclass(frozen=True)
class Record:
    """What was made of a picture.

    result: the path of the result in the folder. source and content: SHA-256 of the picture's file
    and of the result's; `content` is None where the picture was left as it is, for the reason
    `left`. settings: the key of what was asked.
    """

    result: str
    source: str
    settings: str
    content: str | None
    left: str | None = None


class Manifest:
    """The manifest of one folder, read when it is first asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {record.result: record for record in self._lines}

    @cached_property
    def _contents(self) -> set[tuple[str, str | None]]:
        return {(record.settings, record.content) for record in self._lines}

    @cached_property
    def _lines(self) -> list[Record]:
        try:
            lines = file_bytes(self.path, kind="manifest").splitlines()
        except FoveateError:  # none is there yet, or none that can be read: nothing is done
            return []
        return [record for line in lines if (record := _record(line)) is not None]

    def done(self, source: Path, target: Path, key: str, *, in_place: bool) -> Record | None:
        """The record of this work, where it is done and its result is still there."""
        record = self._records.get(self.place(target))
        if in_place:
            return self._done_in_place(source, record, key)
        if record is None or record.settings != key:
            return None
        if record.left is None and _content(target) != record.content:
            return None
        return record if _content(source) == record.source else None

    def _done_in_place(self, source: Path, record: Record | None, key: str) -> Record | None:
        if not self._lines or (content := _content(source)) is None:
            return None
        if record is not None and (record.settings, record.source) == (key, content):
            return record if record.left is not None else None
        if (key, content) in self._contents:  # also where the file was moved since
            return Record(self.place(source), content, key, content)
        return None

    def place(self, target: Path) -> str:
        """What the manifest calls a result: its path from the folder."""
        return os.path.relpath(target, self.folder)

    def add(self, record: Record) -> None:
        """Writes one line, whole. Raises OutputError."""
        line = json.dumps(asdict(record)).encode() + b"\n"
        try:
            number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                end = os.fstat(number).st_size
                if end and os.pread(number, 1, end - 1) != b"\n":  # cut off as the power went
                    line = b"\n" + line
                if os.write(number, line) != len(line):
                    raise OSError(errno.ENOSPC, "the disk is full")
            finally:
                os.close(number)
        except OSError as error:
            why = why_unwritable(error, "choose another folder")
            raise OutputError(f"{printable(self.path)}: cannot be written: {why}") from error


def _record(line: bytes) -> Record | None:
    """The record on a line; None for what is none, such as a line that was cut off."""
    try:
        values = json.loads(line)
        record = Record(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (record.result, record.source, record.settings)
    good = all(isinstance(text, str) for text in texts)
    good = good and all(isinstance(text, str | None) for text in (record.content, record.left))
    return record if good else None


def content_hash(data: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _content(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is no regular file that can be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() if path.is_file() else None
    except OSError:
        return None


def settings_key(settings: Settings, **choices: Any) -> str:
    """A key of all that decides a result: settings, other choices, and the content of a map's file.

    The number of threads never changes a result, and is left out.
    """
    values = {**settings.to_dict(), **choices}
    del values["threads"]
    if Path(settings.map).suffix:
        values["map"] = content_hash(file_bytes(settings.map))
    return content_hash(json.dumps(values, sort_keys=True).encode())[:32]
