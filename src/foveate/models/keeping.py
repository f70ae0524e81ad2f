"""What the user's folder keeps of added models: weights and records under names; and their removal.

A model is there once its record is: the weights are written before it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.errors import ModelError, OptionError, OutputError, printable
from foveate.models.records import added_records, read_card, user_folder
from foveate.models.registry import families, list_models
from foveate.models.session import forget_sessions
from foveate.pictures.writing import write_atomically

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class AddedModel:
    """What was put into the user's folder."""

    name: str
    reads_as: str | None  # None where an adapter reads it
    weights: Path
    sha256: str
    size_bytes: int

    def to_dict(self) -> dict[str, Any]:
        """What `foveate models add --json` prints."""
        return {
            "name": self.name,
            "reads_as": self.reads_as,
            "weights": str(self.weights),
            "sha256": self.sha256,
            "weights_bytes": self.size_bytes,
        }


def checked_name(name: str) -> str:
    """A name that --map and --model can take and that no model of the package has."""
    if not _NAME.fullmatch(name):
        raise OptionError(
            f"'{printable(name)}' cannot be a model's name: small letters, digits and hyphens; "
            "give one with --name"
        )
    if name in _taken():
        raise OptionError(f"the package has a model called {name}: give another with --name")
    return name


def _taken() -> set[str]:
    """Names of the package's models and records, also of those whose weights it does not hold."""
    known = families()
    added = added_records()
    others = {entry.name for entry in list_models() if entry.name not in added}
    return {"auto", *known, *others, *(entry.record for entry in known.values() if entry.record)}


def stated_weights(card: dict[str, Any]) -> dict[str, Any]:
    """What a record says of its weights."""
    stated = card.get("weights")
    return stated if isinstance(stated, dict) else {}


def keep(weights: Path, data: bytes, record: dict[str, Any], *, overwrite: bool) -> None:
    """The weights, then the record that makes them a model."""
    card = weights.with_suffix(".json")
    if card.exists() and not overwrite:
        raise OutputError(
            f"a model called {weights.stem} was added before: use --overwrite to replace it"
        )
    try:
        weights.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{weights.parent}: cannot be made: {error.strerror or error}") from error
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    write_atomically(weights, data, overwrite=True)  # without its record it is no model yet
    write_atomically(card, text.encode(), overwrite=overwrite)
    _forget()


def remove_model(name: str) -> None:
    """Delete an added model's weights and record.

    Raises:
        ModelError: the user added no model of that name.
        OutputError: the files cannot be deleted.
    """
    card = user_folder() / f"{name}.json"
    if not _NAME.fullmatch(name) or not card.is_file():
        if name in _taken():
            raise ModelError(f"{name} belongs to the package: only added models can be removed")
        added = sorted(path.stem for path in user_folder().glob("*.json"))
        there = f"there are {', '.join(added)}" if added else "there are none"
        raise ModelError(f"no added model is called '{printable(name)}': {there}")
    try:
        card.unlink()
        card.with_suffix(".onnx").unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{card}: cannot be deleted: {error.strerror or error}") from error
    _forget()


def _forget() -> None:
    """Drop what the process remembers of records and sessions."""
    read_card.cache_clear()
    forget_sessions()
