"""Tables and the progress bar; all that needs rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 200  # wide enough that no name is cut where a program or a file reads


def console() -> Console:
    """stdout, as wide as the terminal."""
    out = Console(highlight=False, emoji=False, markup=False)
    if not out.is_terminal:
        out.width = _PIPE_WIDTH
    return out


def table(*columns: str) -> Table:
    """A table whose first column holds names and gives way, the others numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    first, *others = columns
    made.add_column(first, overflow="ellipsis", no_wrap=True)
    for name in others:
        made.add_column(name, justify="right", no_wrap=True)
    return made


def name_cell(name: str) -> Text:
    """A file's name, long ones shortened where they start: what differs is the end."""
    return Text(name, overflow="ellipsis", no_wrap=True)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[str], None]]:
    """Gives a function to call with each picture's name as its turn comes."""
    columns = [SpinnerColumn(), TextColumn("{task.description}")]
    if total > 1:
        columns += [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    screen = Console(stderr=True)
    # stdout is left alone: what goes there may be for another program.
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=total)
        started = False

        def advance(name: str) -> None:
            nonlocal started
            progress.update(task, description=name.replace("[", r"\["), advance=int(started))
            started = True

        yield advance
