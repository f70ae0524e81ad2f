"""Commands of pages as a shell takes them: parsed without being run, or run in this process."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from foveate.cli.main import app

Runner = Callable[..., Any]


def words_of(typed: str) -> list[str]:
    """The words behind `foveate`, with the names of files that a pattern stands for."""
    program, *words = shlex.split(typed)
    assert program == "foveate", typed
    found = {word: sorted(map(str, Path().glob(word))) for word in words if "*" in word}
    return [name for word in words for name in found.get(word) or [word]]


@cache
def command_named(name: str) -> Any:
    """A command of foveate's own, or of an installed package; None where there is none."""
    group: Any = typer.main.get_command(app)
    return group.get_command(group.make_context("foveate", [], resilient_parsing=True), name)


def parse(words: list[str]) -> dict[str, Any]:
    """What the command line makes of the words. Raises typer's errors where it refuses them."""
    name, *rest = words
    command = command_named(name)
    assert command is not None, f"foveate has no command {name}"
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    found: dict[str, Any] = command.make_context(name, rest).params
    return found


def run(foveate: Runner, typed: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command of this process, with its streams led from and to files by < and >."""
    line, target, source = typed, None, None
    if found := re.search(r" > (\S+)$", line):
        line, target = line[: found.start()], Path(found[1])
    if found := re.search(r" < (\S+)$", line):
        line, source = line[: found.start()], Path(found[1])
    if source is None and target is None:
        return foveate(*words_of(line))
    written = io.TextIOWrapper(io.BytesIO(), write_through=True)
    with monkeypatch.context() as patch:
        if source is not None:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source.read_bytes())))
        if target is not None:
            patch.setattr(sys, "stdout", written)
        done = foveate(*words_of(line))
    if target is not None:
        assert isinstance(written.buffer, io.BytesIO)
        target.write_bytes(written.buffer.getvalue())
    return done
