"""The one list of models: those of this package, of other installed ones, and the user's own.

Each family's file ends with its rows, `ENTRIES`; installed packages bring more
(`foveate.models.packages`), and users add weights of their own (`foveate.models.adding`).
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from foveate.errors import FoveateError, ModelError
from foveate.models.adapters.adapter import parsed_adapter
from foveate.models.adapters.running import foreign_entry
from foveate.models.entry import AUTO, ModelEntry, Size
from foveate.models.packages import OWN, model_packages, research_hint
from foveate.models.records import added_records, has_record, pass_over, user_folder
from foveate.models.working_size import longer_side_size


def known_entries(*, own_only: bool = False) -> dict[str, ModelEntry]:
    """Every row of Foveate, or of all installed packages, by name: networks before baselines."""
    packages = (OWN,) if own_only else model_packages()
    rows = [entry for package in packages for entry in package.load().ENTRIES]
    rows.sort(key=lambda entry: entry.kind == "baseline")
    return {entry.name: entry for entry in rows}


def list_models() -> list[ModelEntry]:
    """Every model that can run, networks before baselines; then those that the user added.

    A network that has a reading but no weights yet, as before its first training, is left out.
    """
    known = known_entries()
    entries = [
        entry
        for entry in known.values()
        if entry.name == AUTO or entry.record is None or has_record(entry.record)
    ]
    return entries + [entry for entry in _added(known) if entry.name not in known]


def _added(known: dict[str, ModelEntry]) -> list[ModelEntry]:
    """The user's own weights whose family is installed, or that an adapter reads."""
    entries = []
    for name, card in added_records().items():
        if "adapter" in card:
            entries += _foreign(name, card)
            continue
        family = known.get(str(card.get("reads_as")))
        if family is not None:
            summary = str(card.get("summary", f"{family.summary}, added weights"))
            size = size_of(card, family)
            entries.append(replace(family, name=name, summary=summary, record=name, size=size))
    return entries


def _foreign(name: str, card: dict[str, Any]) -> list[ModelEntry]:
    """The row of a network that an adapter reads; none where its record is damaged."""
    try:
        adapter = parsed_adapter(card["adapter"], name)
    except (FoveateError, AttributeError, TypeError) as error:
        pass_over(user_folder() / f"{name}.json", str(error))
        return []
    entry = foreign_entry(name, adapter, record=name)
    return [replace(entry, summary=str(card.get("summary", entry.summary)))]


def families() -> dict[str, ModelEntry]:
    """The networks whose outputs can be read, whether or not their weights are there."""
    return {name: entry for name, entry in known_entries().items() if entry.kind == "network"}


def size_of(card: dict[str, Any], family: ModelEntry) -> Size:
    """How added weights look at a picture: as their family does, at the one size they take, or with
    the longer side and multiple that their record states."""
    stated = card.get("fixed_size")
    if isinstance(stated, list):
        height, width = (int(side) for side in stated)
        return lambda rows, columns: (height, width)
    asked = card.get("working_size")
    if not isinstance(asked, dict):
        return family.size
    longest, multiple = asked["longest"], asked["multiple"]
    return lambda rows, columns: longer_side_size(rows, columns, longest=longest, multiple=multiple)


def get_model(name: str) -> ModelEntry:
    """The model of that name, "auto" being the default; ModelError names the ones there are."""
    wanted = AUTO if name == "auto" else name
    own = known_entries(own_only=True)
    if wanted in own:  # other packages are not even looked for
        return own[wanted]
    entries = {entry.name: entry for entry in list_models()}
    if wanted in entries:
        return entries[wanted]
    near = difflib.get_close_matches(wanted, entries, n=1)
    hint = f": did you mean {near[0]}?" if near else f": there are auto, {', '.join(entries)}"
    raise ModelError(f"no model is called '{name}'{research_hint(name) or hint}")
