"""A foreign network and its adapter file: checked, tried, then put into the user's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from foveate.errors import ModelError, OptionError, printable
from foveate.models.adapters.adapter import Adapter, parsed_adapter, read_adapter
from foveate.models.adapters.checking import TRIALS, check_signature
from foveate.models.adapters.running import NO_SUMMARY, foreign_entry
from foveate.models.keeping import AddedModel, checked_name, keep, stated_weights
from foveate.models.records import user_folder
from foveate.models.trial import is_map, loaded, read_file, trial_picture

NOT_STATED = "not stated"


def add_foreign_model(
    source: Path,
    adapter_file: Path,
    *,
    name: str | None = None,
    sha256: str | None = None,
    overwrite: bool = False,
) -> AddedModel:
    """Check an ONNX file against its adapter and put both into the user's folder.

    Args:
        source: the ONNX file.
        adapter_file: the TOML file that says what the network takes and gives; `Adapter`.
        name: what it will be called; else the adapter's name, else the file's.
        sha256: the hash that the file must have, in hexadecimal, where its giver stated one.
        overwrite: replace a model of that name that the user added before.

    Raises:
        OptionError: a name that cannot be one, or that a model of the package has.
        ModelError: either file cannot be read, they contradict each other, or the network gives no
            map of a trial picture.
        OutputError: the user's folder cannot be written, or holds that name already.
    """
    adapter = read_adapter(adapter_file)
    data = read_file(source)
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and sha256.strip().lower() != found:
        raise ModelError(f"{printable(source)}: its SHA-256 is {found}, not the one that was given")
    wanted = name or adapter.name or source.stem
    try:
        name = checked_name(wanted)
    except OptionError as error:
        if name is None and adapter.name is not None:
            raise ModelError(f"{printable(adapter_file)}: name: {error}") from error
        raise
    session = loaded(source, data)
    check_signature(session, adapter, printable(adapter_file))
    _try(session, adapter, name, printable(adapter_file))
    weights = user_folder() / f"{name}.onnx"
    keep(weights, data, _record(adapter, weights, found, len(data)), overwrite=overwrite)
    return AddedModel(name, None, weights, found, len(data))


def add_by_card(
    source: Path,
    data: bytes,
    session: Any,
    card: dict[str, Any],
    *,
    name: str | None,
    overwrite: bool,
) -> AddedModel:
    """As add_foreign_model, for a file whose own record `card` holds the adapter."""
    adapter = parsed_adapter(card["adapter"], printable(source))
    name = checked_name(source.stem if name is None else name)
    check_signature(session, adapter, printable(source))
    _try(session, adapter, name, printable(source))
    weights = user_folder() / f"{name}.onnx"
    found = hashlib.sha256(data).hexdigest()
    facts = {"file": weights.name, "sha256": found, "bytes": len(data)}
    record = {**card, "name": name, "weights": {**stated_weights(card), **facts}}
    keep(weights, data, record, overwrite=overwrite)
    return AddedModel(name, None, weights, found, len(data))


def _try(session: Any, adapter: Adapter, name: str, adapter_file: str) -> None:
    """Run the network on small pictures of both orientations and read its output as a map."""
    entry = foreign_entry(name, adapter, record=name)
    for shape in TRIALS:
        pixels = trial_picture(*adapter.input.size(*shape))
        try:
            assert entry.read is not None
            prediction = entry.read(entry.run(session, pixels), pixels)
        except ModelError as error:
            raise ModelError(f"{adapter_file}: {error}") from error
        if not is_map(prediction):
            raise ModelError(f"{adapter_file}: {name}: gives no map of values in 0..1")
        if adapter.input.fixed is not None:
            break


def _record(adapter: Adapter, weights: Path, sha256: str, size_bytes: int) -> dict[str, Any]:
    """What the user's folder keeps beside the weights."""
    return {
        "name": weights.stem,
        "summary": adapter.summary or NO_SUMMARY,
        "source": adapter.source or NOT_STATED,
        "adapter": adapter.stated,
        "weights": {
            "file": weights.name,
            "sha256": sha256,
            "bytes": size_bytes,
            "licence": adapter.licence or NOT_STATED,
        },
    }
