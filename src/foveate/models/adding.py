"""A user's own weights: checked, then put beside the package's models.

An ONNX file that `foveate export` wrote carries its record in its metadata. The record's
"reads_as", or else its "name", tells which network of the package reads the file's outputs; a
record may hold an adapter in its place (`foveate.models.adapters`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from foveate.errors import ModelError, OptionError, printable
from foveate.models.adapters.adding import add_by_card
from foveate.models.card_fields import parsed_card
from foveate.models.entry import ModelEntry
from foveate.models.keeping import AddedModel, checked_name, keep, stated_weights
from foveate.models.records import user_folder
from foveate.models.registry import families, size_of
from foveate.models.session import outputs_of
from foveate.models.trial import is_map, loaded, read_file, trial_picture

CARD_KEY = "foveate.card"
"""The key in an ONNX file's metadata under which its record lies, as JSON."""

_TRIAL_SIDES = (96, 128)  # of the picture that the network is tried on


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


def card_within(session: Any, source: Path) -> dict[str, Any]:
    """The record that an ONNX file carries; ModelError when it has none."""
    text = session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
    if text is None:
        raise ModelError(
            f"{printable(source)}: carries no record: write it with foveate export, or say by "
            "--adapter FILE.toml what a foreign network takes and gives"
        )
    return parsed_card(text, printable(source))


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
