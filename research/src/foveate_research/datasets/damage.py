"""Damaged files of data sets: whatever a reader raises becomes one line with the file's name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from foveate.errors import DatasetError, FoveateError, printable
from foveate.pictures.file_bytes import file_bytes, text_of


@contextlib.contextmanager
def damage_told(where: str | os.PathLike[str], what: str) -> Iterator[None]:
    """DatasetError "WHERE WHAT" for every error of the block but those that tell a user already."""
    try:
        yield
    except (FoveateError, MemoryError):
        raise
    except Exception as error:  # readers of hostile files raise nearly every kind
        raise DatasetError(f"{printable(where)} {what}") from error


def dataset_bytes(path: Path, kind: str) -> bytes:
    """What a file of a set holds, "a KIND"; DatasetError for devices and what cannot be read."""
    return file_bytes(path, kind=kind, error_kind=DatasetError)


def dataset_text(path: Path, kind: str) -> str:
    """The text of a file of a set, "a KIND"; DatasetError for one that is too large or no text."""
    return text_of(path, kind=kind, error_kind=DatasetError)
