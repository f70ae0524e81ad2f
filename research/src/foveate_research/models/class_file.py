"""A user's file that folds the labels of sets into general classes.

Prakash et al. (DCC 2017, section 3) collapse ImageNet's classes into few that look unlike each
other, since classes that share an object's look share its evidence too. The file is TOML: each
class with the labels, such as names of folders, that are of its kind.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from foveate.errors import DatasetError, printable
from foveate.pictures.file_bytes import LARGEST_TEXT, file_bytes
from foveate_research.models.classes import ClassList


@dataclass(frozen=True)
class ClassFile:
    """fold: label -> class, classes in the order of the file."""

    file: str
    sha256: str
    fold: Mapping[str, str]

    def told(self) -> dict[str, str]:
        """As a record tells of it."""
        return {"file": self.file, "sha256": self.sha256}

    def class_list(self, sets: Mapping[str, Iterable[str]]) -> ClassList:
        """The classes that the labels of `sets` are of, each an object.

        Raises DatasetError for labels that the file has in no class.
        """
        folds: dict[str, dict[str, str]] = {}
        for name, labels in sets.items():
            every = list(labels)
            missing = [label for label in every if label not in self.fold]
            if missing:
                raise DatasetError(
                    f"{printable(self.file)}: {len(missing)} of {len(every)} labels of {name} are "
                    f"in no class, such as {printable(missing[0])}"
                )
            folds[name] = {label: self.fold[label] for label in every}
        used = {kind for fold in folds.values() for kind in fold.values()}
        classes = tuple(kind for kind in dict.fromkeys(self.fold.values()) if kind in used)
        return ClassList(self.file, classes, (True,) * len(classes), folds, {})


def read_class_file(path: Path) -> ClassFile:
    """The classes of a file: CLASS = ["LABEL", ...] a line. Raises DatasetError."""
    where = printable(path)
    data = file_bytes(path, most=LARGEST_TEXT, kind="file of classes", error_kind=DatasetError)
    try:
        stated = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DatasetError(f"{where} is not TOML: {printable(str(error))}") from error
    fold: dict[str, str] = {}
    for name, labels in stated.items():
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise DatasetError(f'{where}: give {printable(name)} as a list, ["LABEL", ...]')
        for label in labels:
            if fold.setdefault(label, name) != name:
                raise DatasetError(
                    f"{where}: {printable(label)} is in {printable(fold[label])} "
                    f"and in {printable(name)}"
                )
    if not fold:
        raise DatasetError(f'{where} holds no classes: give lines of CLASS = ["LABEL", ...]')
    return ClassFile(path.name, hashlib.sha256(data).hexdigest(), fold)
