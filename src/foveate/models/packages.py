"""The packages that bring models: Foveate's own, and installed ones that name themselves.

A package of models is a module with `ENTRIES`, rows of `foveate.models.registry`, and with the
folders `cards/` and `weights/` beside it. Its `COMMANDS`, where it has them, name a Typer app, as
"module:app", for each command that it adds to `foveate models`. Other packages than Foveate's name
such a module under the entry point `foveate.models`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

ENTRY_POINT = "foveate.models"
PAPERS_NETWORKS = ("msroi", "cam", "menet", "salnet")
"""The families of networks that foveate-research brings."""


@dataclass(frozen=True)
class ModelPackage:
    """A package of models. rows: the module that has its `ENTRIES`; files: that of its folders."""

    rows: str
    files: str

    def load(self) -> Any:
        """The module with `ENTRIES`."""
        return importlib.import_module(self.rows)

    def file(self, folder: str, name: str) -> Traversable:
        """A file beside its models, whether or not it is there."""
        return resources.files(self.files) / folder / name


OWN = ModelPackage("foveate.models.own", "foveate.models")


@cache
def _installed() -> tuple[ModelPackage, ...]:
    from importlib.metadata import entry_points

    return tuple(ModelPackage(p.value, p.value) for p in entry_points(group=ENTRY_POINT))


def model_packages() -> Iterator[ModelPackage]:
    """Foveate's own package of models, then the installed ones, looked for when they are needed."""
    yield OWN
    yield from _installed()


def added_commands() -> dict[str, str]:
    """The commands that installed packages add to `foveate models`, as "module:app" by name."""
    found: dict[str, str] = {}
    for package in _installed():
        found |= getattr(package.load(), "COMMANDS", {})
    return found


def package_file(folder: str, name: str) -> Traversable:
    """A file of the first package that has it; where none has, its place in Foveate's own."""
    for package in model_packages():
        found = package.file(folder, name)
        if found.is_file():
            return found
    return OWN.file(folder, name)


def research_hint(name: str) -> str | None:
    """What to install for a network of the papers, where no package brings it."""
    if _installed() or name.split("-")[0] not in PAPERS_NETWORKS:
        return None
    return ": the papers' networks come with another package: pip install foveate-research"
