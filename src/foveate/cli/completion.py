"""What a shell proposes for the values of options, as --map, when the tab key is pressed."""

from __future__ import annotations

from pathlib import Path

from foveate.errors import FoveateError


def model_names(incomplete: str) -> list[tuple[str, str]]:
    """The models that begin so, each with what it is; none where they cannot be listed."""
    from foveate.models.registry import list_models

    try:
        models = list_models()
    except (FoveateError, ImportError, OSError):
        return []
    named = [("auto", "the built-in network"), *((each.name, each.summary) for each in models)]
    return [(name, summary) for name, summary in named if name.startswith(incomplete)]


def maps(incomplete: str) -> list[tuple[str, str]]:
    """The models and the files that begin so: a shell looks for files only where none is given."""
    return [*model_names(incomplete), *((name, "") for name in _files(incomplete))]


def added_models(incomplete: str) -> list[str]:
    """The models that the user added and that begin so."""
    from foveate.models.records import added_records

    try:
        return [name for name in added_records() if name.startswith(incomplete)]
    except (FoveateError, OSError):
        return []


def _files(incomplete: str) -> list[str]:
    """The files and folders that begin so, as they were typed; folders end with a slash."""
    folder, slash, start = incomplete.rpartition("/")
    try:
        inside = sorted(Path(folder + slash).expanduser().iterdir())
    except OSError:
        return []
    return [
        f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}"
        for path in inside
        if path.name.startswith(start) and (start or not path.name.startswith("."))
    ]
