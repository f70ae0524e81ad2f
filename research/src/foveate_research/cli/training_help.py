"""The help of commands that name a training: it tells the networks there are."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class NamesTrainings(TyperCommand):
    """A command whose help ends with the networks that `foveate train` knows."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        try:
            from foveate_research.training.recipes import list_recipes
        except ImportError:  # without the train extra the rest of the help is told all the same
            super().format_help(ctx, formatter)
            return
        lines = "\n\n".join(f"{entry.name}: {entry.summary}" for entry in list_recipes())
        before = self.epilog
        self.epilog = f"{before or ''}\n\n[bold]Networks[/]\n\n{lines}\n"
        super().format_help(ctx, formatter)
        self.epilog = before
