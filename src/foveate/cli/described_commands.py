"""The commands as plain values, read from their help: for the manual page and the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

_MARKUP = re.compile(r"(?<!\\)\[/?[a-z]*\]")
_WORDS = {"int": "N", "float": "X", "str": "TEXT", "Path": "PATH"}
"""What a value is called whose option names none, by its type."""


@dataclass(frozen=True)
class DescribedParameter:
    """An argument, which has no names, or an option.

    Attributes:
        names: as they are typed: ("-o", "--output"). Empty for an argument.
        value: what stands behind the name, as in the help: "FILE|DIR"; empty for an option that is
            only there or not.
        help: the help's paragraphs.
        default: the value where none is given, as it is typed; empty where the help says it, or
            there is none.
        least, most: the limits of a number; None where there are none.
        required: whether it has to be given.
    """

    names: tuple[str, ...]
    value: str
    help: tuple[str, ...]
    default: str
    least: float | None
    most: float | None
    required: bool


@dataclass(frozen=True)
class DescribedCommand:
    """A command. `name` is what is typed behind `foveate`: "models add"."""

    name: str
    arguments: tuple[DescribedParameter, ...]
    options: tuple[DescribedParameter, ...]
    help: tuple[str, ...]
    """Paragraphs."""
    epilog: tuple[str, ...]
    """Paragraphs: examples, a command each, and what there is to add."""


def described(group: Any, above: tuple[str, ...] = ()) -> Iterator[DescribedCommand]:
    """The commands of a group of typer's or click's, and those of the groups in it."""
    for name, command in group.commands.items():
        yield from described_command(command, (*above, name))


def described_command(command: Any, words: tuple[str, ...]) -> Iterator[DescribedCommand]:
    """A command that is called `words`, or the commands of a group."""
    inner = getattr(command, "commands", None)
    if not command.hidden and (not inner or command.invoke_without_command):
        parameters = [each for each in command.params if not getattr(each, "hidden", False)]
        options = [each for each in parameters if each.param_type_name != "argument"]
        yield DescribedCommand(
            " ".join(words),
            tuple(_parameter(command, each) for each in parameters if each not in options),
            tuple(_parameter(command, each) for each in options),
            paragraphs(command.help),
            paragraphs(command.epilog),
        )
    if inner:
        yield from described(command, words)


def paragraphs(text: str | None) -> tuple[str, ...]:
    """The paragraphs of a help text, a line each, without the marks for colours."""
    plain = _MARKUP.sub("", text or "").replace("\\[", "[")
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", plain))
    return tuple(part for part in parts if part)


def _parameter(command: Any, parameter: Any) -> DescribedParameter:
    argument = parameter.param_type_name == "argument"
    return DescribedParameter(
        () if argument else (*parameter.opts, *parameter.secondary_opts),
        _value(command, parameter),
        paragraphs(getattr(parameter, "help", None)),
        _default(parameter),
        parameter.min,
        parameter.max,
        parameter.required,
    )


def _value(command: Any, parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return ""
    if parameter.metavar:
        return str(parameter.metavar)
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    kinds = _kinds(get_type_hints(command.callback).get(parameter.name))
    for kind in kinds:
        if get_origin(kind) is Literal:
            return "|".join(map(str, get_args(kind)))
    return next((_WORDS[kind.__name__] for kind in kinds if kind.__name__ in _WORDS), "")


def _kinds(annotation: Any) -> list[Any]:
    """The types in an annotation: list[str] | None has list, str and NoneType."""
    inner = [] if get_origin(annotation) is Literal else get_args(annotation)
    return [each for part in inner for each in _kinds(part)] or [annotation]


def _default(parameter: Any) -> str:
    """What is taken where nothing is given, unless the help tells it or a flag shows it."""
    value = parameter.default
    if value is None or value in ((), []) or callable(value) or not parameter.show_default:
        return ""
    if getattr(parameter, "is_flag", False):
        if not parameter.secondary_opts:
            return ""
        return str((parameter.opts if value else parameter.secondary_opts)[-1])
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
