"""`foveate models`: what can be asked for by name."""

from __future__ import annotations

from typing import Annotated

import typer

from foveate.cli.batch import print_json
from foveate.cli.values import readable_bytes

EPILOG = """
[bold]Examples[/]

foveate models

foveate models --json
"""


def models(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a model, with its record.")
    ] = False,
) -> None:
    """List the models that --map and --model take."""
    from foveate.models.registry import AUTO, list_models

    entries = list_models()
    if as_json:
        for entry in entries:
            print_json(entry.to_dict())
        return
    from foveate.cli.terminal import console, table

    rows = table("name", "kind", "weights", "what it is")
    rows.columns[-1].justify = "left"
    rows.columns[-1].no_wrap = False
    for entry in entries:
        card = entry.card
        weights = "–" if card is None else readable_bytes(int(card["weights"]["bytes"]))
        name = f"{entry.name} (auto)" if entry.name == AUTO else entry.name
        rows.add_row(name, entry.kind, weights, entry.summary)
    console().print(rows)
