"""The manual page foveate(1), written from the help of the commands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer

_MARKUP = re.compile(r"(?<!\\)\[/?[a-z]*\]")
_PAGE = """.\\" Written by scripts/man from the help of the commands; change that.
.TH FOVEATE 1
.SH NAME
foveate \\- smaller pictures that stay sharp where people look
.SH SYNOPSIS
.B foveate
.I COMMAND
.RI [ OPTION ]...
"""


def manual(app: typer.Typer) -> str:
    """The page in the man macros, of the commands that are the package's own."""
    group: Any = typer.main.get_command(app)
    lines = [_PAGE.rstrip(), ".SH DESCRIPTION", *_paragraphs(group.help, first="")]
    lines += _paragraphs(group.epilog)
    lines.append(".SH COMMANDS")
    for name, command in _commands(group, ()):
        lines += _of_command(name, command)
    lines += [
        ".SH EXIT STATUS",
        "The status is 0 when all is done, 1 when some files failed, and 2 for wrong usage.",
    ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _commands(command, (*above, name))
        elif not command.hidden:
            yield " ".join((*above, name)), command


def _of_command(name: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    typed = " ".join(_escaped(each.metavar or each.name.upper()) for each in arguments)
    yield f".SS foveate {name} {typed}".rstrip()
    yield from _paragraphs(command.help, first="")
    for each in (*arguments, *(p for p in command.params if p not in arguments)):
        if getattr(each, "hidden", False):
            continue
        yield ".TP"
        yield _term(each, _choices(command, each.name))
        yield from _paragraphs(getattr(each, "help", None) or "", first="", between=".IP")
    yield from _paragraphs(command.epilog)


def _choices(command: Any, name: str) -> tuple[str, ...]:
    """The values of an option that has a list of them."""
    annotation = get_type_hints(command.callback).get(name)
    for each in (annotation, *get_args(annotation)):
        if get_origin(each) is Literal:
            return tuple(map(str, get_args(each)))
    return ()


def _term(parameter: Any, choices: tuple[str, ...]) -> str:
    if parameter.param_type_name == "argument":
        return f".I {_escaped(parameter.metavar or parameter.name.upper())}"
    names = ", ".join((*parameter.opts, *parameter.secondary_opts))
    value = ""
    if not getattr(parameter, "is_flag", False):
        value = parameter.metavar or "|".join(choices)
    return f'.BI "{_escaped(names)}" " {_escaped(value)}"' if value else f".B {_escaped(names)}"


def _paragraphs(text: str | None, *, first: str = ".PP", between: str = ".PP") -> Iterator[str]:
    """The paragraphs of a help text, without the marks for colours, and requests before them."""
    plain = _MARKUP.sub("", text or "").replace("\\[", "[").strip()
    for number, paragraph in enumerate(re.split(r"\n\s*\n", plain)):
        if paragraph:
            if request := between if number else first:
                yield request
            for line in textwrap.wrap(paragraph, 76, break_on_hyphens=False):
                yield _escaped(line)


def _escaped(text: str) -> str:
    """Text as roff takes it: hyphens that are typed, no line that looks like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{text}" if text[:1] in (".", "'") else text
