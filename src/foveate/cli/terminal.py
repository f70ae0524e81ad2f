"""Tables and the progress bar: everything that needs rich, which is slow to import."""

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

_EDGES, _BETWEEN = 2, 3  # what a table puts around its columns, and between two of them
_SHORTEST_NAME = 12
_BAR_NAME = 30
"""How many letters of a name the progress bar shows."""


def console() -> Console:
    """A console that writes to stdout, as wide as the terminal, or as _PIPE_WIDTH without one."""
    out = Console(highlight=False, emoji=False, markup=False)
    if not out.is_terminal:
        out.width = _PIPE_WIDTH
    return out


def table(*columns: str) -> Table:
    """An empty table: names on the left, shortened where they must be, and numbers on the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    first, *others = columns
    made.add_column(first, overflow="ellipsis", no_wrap=True)
    for name in others:
        made.add_column(name, justify="right", no_wrap=True)
    return made


def print_table(out: Console, rows: Table) -> None:
    """Prints a table whose first column is shortened as far as the others need."""
    first, *others = rows.columns
    taken = _EDGES
    for column in others:
        cells = [column.header, *column.cells]
        taken += _BETWEEN + max(out.measure(cell).maximum for cell in cells)
    first.max_width = max(_SHORTEST_NAME, out.width - taken)
    out.print(rows)


def name_cell(name: str) -> Text:
    """A cell with a file's name, which is shortened where it is too long for the table."""
    return Text(name, overflow="ellipsis", no_wrap=True)


def _shortened(name: str) -> str:
    """A name that leaves the bar its place on the line."""
    return name if len(name) <= _BAR_NAME else name[: _BAR_NAME - 1] + "…"


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on stderr while the block runs. Call what it gives with each picture's name in turn."""
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
    if total > 1:
        columns += [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    screen = Console(stderr=True)
    # Rich must not touch stdout, since another program may read it.
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=total)
        started = False

        def advance(name: str) -> None:
            nonlocal started
            progress.update(task, description=_shortened(name), advance=int(started))
            started = True

        yield advance


@contextmanager
def frame_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar of a video's frames on stderr while the block runs.

    Call what it gives with words for the step, the frames done, and their number where it is known.
    """
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    ]
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=None)
        step = ""

        def move(words: str, done: int, total: int | None) -> None:
            nonlocal step
            if words != step or done == 1:
                step = words
                progress.reset(task, total=total, description=words)
            progress.update(task, completed=done)

        yield move
