"""Models' records and weights: those of the package, and those that the user added.

A record is JSON beside its weights: cards/NAME.json with weights/NAME.onnx in a package of models;
NAME.json with NAME.onnx in the user's folder, where `foveate models add` puts them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from foveate.errors import ModelError, printable
from foveate.models.card_fields import LARGEST_CARD, parsed_card
from foveate.models.packages import package_file
from foveate.pictures.file_bytes import file_bytes

_LOG = logging.getLogger("foveate")


def user_folder() -> Path:
    """Where added models live: $FOVEATE_MODELS, else foveate/models in the user's data folder."""
    named = os.environ.get("FOVEATE_MODELS")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME")
    home = Path(data) if data else Path.home() / ".local" / "share"
    return home / "foveate" / "models"


@cache
def read_card(name: str) -> dict[str, Any]:
    """A model's record; ModelError when it is not there."""
    added = user_folder() / f"{name}.json"
    path: Traversable = added if added.is_file() else package_file("cards", f"{name}.json")
    if path is added:
        text = file_bytes(added, most=LARGEST_CARD, kind="model's record", error_kind=ModelError)
        return _complete(parsed_card(text, printable(added)), printable(added))
    try:
        return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"{path} is missing: reinstall foveate") from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: add the model again, or reinstall") from error


def _complete(card: dict[str, Any], source: str) -> dict[str, Any]:
    """An added model's record, which tells of the weights beside it. Raises ModelError."""
    weights = card.get("weights", {})
    for key in ("file", "sha256", "bytes"):
        if key not in weights:
            raise ModelError(f"{source}: its record's weights have no {key}")
    if not weights["file"] or weights["file"] != Path(str(weights["file"])).name:
        raise ModelError(f"{source}: its record's weights lie in another folder")
    return card


def has_record(name: str) -> bool:
    """Whether the package or the user's folder holds a record of that name."""
    added = user_folder() / f"{name}.json"
    return added.is_file() or package_file("cards", f"{name}.json").is_file()


def added_records() -> dict[str, dict[str, Any]]:
    """The records of the user's folder by name; damaged ones are passed over, and told of once."""
    found = {}
    for path in sorted(user_folder().glob("*.json")):
        try:
            found[path.stem] = read_card(path.stem)
        except ModelError as error:
            pass_over(path, str(error))
    return found


_PASSED_OVER: set[str] = set()


def pass_over(path: Path, why: str) -> None:
    """Tells once a process that an added model cannot be used, and why."""
    name = printable(path)
    if name in _PASSED_OVER:
        return
    _PASSED_OVER.add(name)
    reason = why if name in why else f"{name}: {why}"
    _LOG.warning("%s; the model is passed over, remove or add it again", reason)


def checked_weights(name: str) -> bytes:
    """The ONNX file that the record `name` tells of; ModelError when its hash is another."""
    stated = read_card(name)["weights"]
    added = user_folder() / str(stated["file"])
    path: Traversable = added if added.is_file() else package_file("weights", stated["file"])
    mend = "add the model again" if added.is_file() else "reinstall foveate"
    try:
        if path is added:
            data = file_bytes(added, kind="ONNX file", error_kind=ModelError)
        else:
            data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} is missing: {mend}") from error
    if hashlib.sha256(data).hexdigest() != stated["sha256"]:
        raise ModelError(f"{path} does not match its record's SHA-256: {mend}")
    return data
