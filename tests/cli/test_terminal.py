"""What a terminal shows of files with odd and long names."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from foveate.cli import terminal

LONG = "n" * 250 + ".jpg"
MARKUP = r"[red]a[/b]\\:smile:.jpg"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_name_hides_no_number(width: int) -> None:
    out = Console(file=io.StringIO(), width=width, highlight=False, emoji=False, markup=False)
    rows = terminal.table("picture", "before", "after", "saved")
    rows.add_row(terminal.name_cell(LONG), "123.4 kB", "56.7 kB", "54 %")
    rows.add_row(terminal.name_cell(MARKUP), "1.0 kB", "0.9 kB", "10 %")
    terminal.print_table(out, rows)
    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert all(len(line) <= width for line in lines)
    printed = "\n".join(lines)
    assert "n…" in printed
    assert all(text in printed for text in ("before", "123.4 kB", "56.7 kB", "54 %", MARKUP))


def test_short_names_take_no_more_room_than_they_need() -> None:
    out = Console(file=io.StringIO(), width=100)
    rows = terminal.table("picture", "before")
    rows.add_row(terminal.name_cell("a.jpg"), "1 kB")
    terminal.print_table(out, rows)
    longest = max(map(len, out.file.getvalue().splitlines()))  # type: ignore[attr-defined]
    assert longest < 30


def test_the_progress_bar_shows_names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    real = Console

    def on_terminal(**options: object) -> Console:
        return real(file=shown, force_terminal=True, width=100)

    monkeypatch.setattr(terminal, "Console", on_terminal)
    # The bar is drawn ten times a second, and for the last time at its end.
    for name in (MARKUP, LONG):
        with terminal.progress_bar(2) as advance:
            advance("before.jpg")
            advance(name)
    printed = shown.getvalue()
    assert MARKUP in printed
    assert LONG not in printed
    assert "1/2" in printed
