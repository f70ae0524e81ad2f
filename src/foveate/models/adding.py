"""A user's own weights: checked, then put beside the package's models; and taken away again.

An ONNX file that `foveate export` wrote carries its record in its metadata. The record's
"reads_as", or else its "name", tells which network of the package reads the file's outputs; a
record may hold an adapter in its place (`foveate.models.adapters`).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError, OptionError, OutputError, printable
from foveate.models.card_fields import parsed_card
from foveate.models.records import added_records, read_card, user_folder
from foveate.models.registry import ModelEntry, Prediction, families, list_models, size_of
from foveate.models.session import forget_sessions, outputs_of, session_of
from foveate.pictures.file_bytes import file_bytes
from foveate.pictures.writing import write_atomically

CARD_KEY = "foveate.card"
"""The key in an ONNX file's metadata under which its record lies, as JSON."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TRIAL_SIDES = (96, 128)  # of the picture that the network is tried on


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


def add_model(
    source: Path,
    *,
    name: str | None = None,
    reads_as: str | None = None,
    sha256: str | None = None,
    overwrite: bool = False,
) -> AddedModel:
    """Check an ONNX file of `foveate export` and put it, with its record, into the user's folder.

    Args:
        source: the ONNX file.
        name: what it will be called; the file's own name when None.
        reads_as: the network of the package whose map is made of the outputs, where it is not the
            one that the record names: "menet-ce" for the classifier's map of a MEnet.
        sha256: the hash that the file must have, in hexadecimal, where its giver stated one.
        overwrite: replace a model of that name that the user added before.

    Raises:
        OptionError: a name that cannot be one, or that a model of the package has; reads_as is
            no network's name.
        ModelError: the file cannot be read, is no ONNX, carries no record, is of an unknown
            family, or does not run as its family does.
        OutputError: the user's folder cannot be written, or holds that name already.
    """
    data = read_file(source)
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and sha256.strip().lower() != found:
        raise ModelError(f"{printable(source)}: its SHA-256 is {found}, not the one that was given")
    session = loaded(source, data)
    card = card_within(session, source)
    if reads_as is None and isinstance(card.get("adapter"), dict):
        from foveate.models.adapters.adding import add_by_card

        return add_by_card(source, data, session, card, name=name, overwrite=overwrite)
    name = checked_name(source.stem if name is None else name)
    family = _family(card, source) if reads_as is None else _asked_family(reads_as)
    fixed = _fixed_size(session)
    card.pop("fixed_size", None)  # the file's own shape says it
    _try(session, family, fixed or size_of(card, family)(*_TRIAL_SIDES), source)
    weights = user_folder() / f"{name}.onnx"
    record = {
        **card,
        "name": name,
        "reads_as": family.name,
        "weights": {
            **stated_weights(card),
            "file": weights.name,
            "sha256": found,
            "bytes": len(data),
        },
    }
    if fixed is not None:
        record["fixed_size"] = list(fixed)
    keep(weights, data, record, overwrite=overwrite)
    return AddedModel(name, family.name, weights, found, len(data))


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


def card_within(session: Any, source: Path) -> dict[str, Any]:
    """The record that an ONNX file carries; ModelError when it has none."""
    text = session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
    if text is None:
        raise ModelError(f"{printable(source)}: carries no record: write it with foveate export")
    return parsed_card(text, printable(source))


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


def read_file(source: Path) -> bytes:
    """The bytes of a file that the user named; ModelError when it cannot be read."""
    return file_bytes(source, kind="ONNX file", error_kind=ModelError)


def loaded(source: Path, data: bytes) -> Any:
    """A session of the file; onnxruntime has an exception of its own for each way to fail."""
    try:
        return session_of(data, 1)
    except Exception as error:
        raise ModelError(f"{printable(source)}: is not an ONNX file that runs here") from error


def _family(card: dict[str, Any], source: Path) -> ModelEntry:
    """The network of the package whose way of reading outputs a record names."""
    wanted = str(card.get("reads_as", card.get("name")))
    known = families()
    if wanted not in known:
        raise ModelError(
            f"{printable(source)}: its record names the family '{printable(wanted)}'; "
            f"there are {', '.join(known)}"
        )
    return known[wanted]


def _asked_family(name: str) -> ModelEntry:
    """The network of that name; OptionError names the ones there are."""
    known = families()
    if name not in known:
        raise OptionError(f"no network is called '{printable(name)}': there are {', '.join(known)}")
    return known[name]


def _fixed_size(session: Any) -> tuple[int, int] | None:
    """The height and width that a network takes, where it takes no others."""
    shape = session.get_inputs()[0].shape if session.get_inputs() else []
    if len(shape) != 4 or not all(isinstance(side, int) for side in shape[2:]):
        return None
    return int(shape[2]), int(shape[3])


def _try(session: Any, family: ModelEntry, size: tuple[int, int], source: Path) -> None:
    """Run the network on a small picture and read its outputs as its family does."""
    inputs = [given.name for given in session.get_inputs()]
    if inputs != ["pixels"]:
        named = ", ".join(inputs) or "nothing"
        raise ModelError(f"{printable(source)}: takes {printable(named)}, not pixels alone")
    pixels = trial_picture(*size)
    assert family.read is not None
    try:
        outputs = outputs_of(session, pixels)
    except Exception as error:
        rows, columns = pixels.shape[:2]
        raise ModelError(
            f"{printable(source)}: does not run on a picture of {columns}x{rows}"
        ) from error
    try:
        prediction = family.read(outputs, pixels)
    except KeyError as error:
        raise ModelError(
            f"{printable(source)}: has no output {error}, which {family.name} reads"
        ) from error
    except (ValueError, IndexError, TypeError) as error:
        raise ModelError(
            f"{printable(source)}: its outputs are not of the shapes that {family.name} reads"
        ) from error
    if not is_map(prediction):
        raise ModelError(f"{printable(source)}: its map of a test picture is not within 0 to 1")


def trial_picture(height: int, width: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3): shading, a bright square, a little grain."""
    y, x = np.mgrid[:height, :width]
    shade = 60 + 80 * x / width + 40 * y / height
    shade[height // 3 : height // 2, width // 3 : width // 2] += 70
    grain = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    picture = np.clip(shade[..., None] * [1.0, 0.9, 0.7] + grain, 0, 255)
    return np.asarray(picture, dtype=np.uint8)


def is_map(prediction: Prediction) -> bool:
    """Whether a prediction is what the registry promises."""
    values = prediction.values
    if values.ndim != 2 or not np.isfinite(values).all():
        return False
    return bool(values.min() >= -1e-6 and values.max() <= 1 + 1e-6)


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


def _forget() -> None:
    """Drop what the process remembers of records and sessions."""
    read_card.cache_clear()
    forget_sessions()
