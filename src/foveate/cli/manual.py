"""The manual page foveate(1), written from the help of the commands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import typer

from foveate.cli.described_commands import (
    DescribedCommand,
    DescribedParameter,
    described,
    paragraphs,
)

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
    lines = [_PAGE.rstrip(), ".SH DESCRIPTION", *_wrapped(paragraphs(group.help), first="")]
    lines += _wrapped(paragraphs(group.epilog))
    lines.append(".SH COMMANDS")
    for command in described(group):
        lines += _of_command(command)
    lines += [
        ".SH EXIT STATUS",
        "The status is 0 when all is done, 1 when some files failed, and 2 for wrong usage.",
    ]
    return "\n".join(lines) + "\n"


def _of_command(command: DescribedCommand) -> Iterator[str]:
    typed = " ".join(_escaped(each.value) for each in command.arguments)
    yield f".SS foveate {command.name} {typed}".rstrip()
    yield from _wrapped(command.help, first="")
    for each in (*command.arguments, *command.options):
        yield ".TP"
        yield _term(each)
        yield from _wrapped(each.help, first="", between=".IP")
    yield from _wrapped(command.epilog)


def _term(parameter: DescribedParameter) -> str:
    names, value = _escaped(", ".join(parameter.names)), _escaped(parameter.value)
    if not names:
        return f".I {value}"
    return f'.BI "{names}" " {value}"' if value else f".B {names}"


def _wrapped(texts: Iterable[str], *, first: str = ".PP", between: str = ".PP") -> Iterator[str]:
    """Paragraphs with requests before them."""
    for number, text in enumerate(texts):
        if request := between if number else first:
            yield request
        for line in textwrap.wrap(text, 76, break_on_hyphens=False):
            yield _escaped(line)


def _escaped(text: str) -> str:
    """Text as roff takes it: hyphens that are typed, no line that looks like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{text}" if text[:1] in (".", "'") else text
