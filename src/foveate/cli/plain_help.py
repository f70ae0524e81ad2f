"""Help without typer's words for types."""

from __future__ import annotations

from typing import Any


def hide_types(command: Any, ctx: Any) -> None:
    """Leaves typer's types out of help: <bool> of options without a value, those of arguments."""
    for parameter in command.get_params(ctx):
        if parameter.param_type_name == "argument" or parameter.is_flag:
            parameter.display_type_rich = lambda ctx: None
    for each in getattr(command, "commands", {}).values():
        hide_types(each, ctx)
