"""Options that several commands share, and groups of them, each declared once."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import Field, fields, is_dataclass
from importlib import import_module
from typing import Annotated, Any, get_args, get_type_hints

import typer

from foveate.cli.option_values import checked_map
from foveate.errors import MissingExtraError

Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", metavar="NAME,...", help="Models of 'foveate models'; may be repeated."
    ),
]
Count = Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N pictures.")]
Workers = Annotated[
    int,
    typer.Option(
        metavar="N", min=1, help="Pictures at the same time, each in a process of its own."
    ),
]
Quality = Annotated[
    int,
    typer.Option(
        metavar="Q",
        min=1,
        max=100,
        help="Quality of the plain JPEG whose bytes every coder is given.",
    ),
]
Seconds = Annotated[float, typer.Option(metavar="S", min=0, help="How long each row is timed.")]

Command = Callable[..., None]


def grouped(command: Command) -> Command:
    """The command with each parameter that is a group spread out into the group's options.

    A group is a dataclass whose fields are annotated as options are. PREFIX, where a group has it,
    stands before the names of its options, and PANEL above them in the help.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if is_dataclass(hints[name]):
            groups[name] = hints[name]
            parameters += _options_of(hints[name])
        else:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(annotation=hints[name], kind=kind))

    def spread(**typed: Any) -> None:
        for name, group in groups.items():
            values = {each.name: typed.pop(_prefix(group) + each.name) for each in fields(group)}
            typed[name] = group(**values)
        command(**typed)

    spread.__name__, spread.__doc__ = command.__name__, command.__doc__
    spread.__annotations__ = {each.name: each.annotation for each in parameters}
    spread.__dict__["__signature__"] = inspect.Signature(parameters)
    return spread


def _options_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)

    def parameter(each: Field[Any]) -> inspect.Parameter:
        kind, option = get_args(hints[each.name])
        option = copy.copy(option)
        option.rich_help_panel = getattr(group, "PANEL", None)
        return inspect.Parameter(
            _prefix(group) + each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=each.default,
            annotation=Annotated[kind, option],
        )

    return [parameter(each) for each in fields(group)]


def _prefix(group: type[Any]) -> str:
    return str(getattr(group, "PREFIX", ""))


def names_in(typed: Sequence[str] | None) -> list[str]:
    """The names between commas of an option that may be repeated."""
    return [name for words in typed or () for name in words.split(",") if name]


def models_in(typed: Sequence[str] | None, option: str = "--model") -> list[str]:
    """The names of models that were typed. Raises a usage error for one that is none."""
    names = names_in(typed)
    for name in names:
        checked_map(name, option, files=False)
    return names


def need(command: str, extra: str, *modules: str) -> None:
    """Raises MissingExtraError where what a command imports is not installed."""
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            raise MissingExtraError(f"foveate {command}", f"foveate-research[{extra}]") from error
