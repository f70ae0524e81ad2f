"""`foveate models`: what can be asked for by name, and the user's own weights among it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.cli.batch import print_json
from foveate.cli.values import readable_bytes

EPILOG = """
[bold]Examples[/]

foveate models

foveate models --json

foveate models add runs/menet/menet-light.onnx

foveate models remove menet-light
"""
ADD_EPILOG = """
[bold]Examples[/]

foveate models add menet-wide.onnx

foveate models add best.onnx --name menet-wide-ce --reads-as menet-ce

The file is one that 'foveate export' wrote; it is kept in the folder that FOVEATE_MODELS names,
or else in ~/.local/share/foveate/models. 'foveate map --model NAME' and
'foveate compress --map NAME' take it from there, its SHA-256 checked each time.
"""
REMOVE_EPILOG = """
[bold]Example[/]

foveate models remove menet-wide
"""

app = typer.Typer(rich_markup_mode="rich", epilog=EPILOG)


@app.callback(invoke_without_command=True)
def models(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a model, with its record.")
    ] = False,
) -> None:
    """List the models that --map and --model take; add or remove your own weights."""
    if context.invoked_subcommand is not None:
        return
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


@app.command(epilog=ADD_EPILOG, no_args_is_help=True)
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ONNX file of 'foveate export'.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What to call it (default: FILE's name).")
    ] = None,
    reads_as: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK", help="Make NETWORK's map of its outputs, such as menet-ce."
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="Refuse a file whose SHA-256 is another."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model that you added before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add weights of your own: checked, run once on a small picture, then kept by name."""
    from foveate.models.adding import add_model

    added = add_model(file, name=name, reads_as=reads_as, sha256=sha256, overwrite=overwrite)
    if as_json:
        print_json(added.to_dict())
        return
    typer.echo(f"{added.name}: reads as {added.reads_as}, {readable_bytes(added.size_bytes)}")
    typer.echo(f"SHA-256 {added.sha256}")
    typer.echo(f"kept as {added.weights}")


@app.command(epilog=REMOVE_EPILOG, no_args_is_help=True)
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model that you added.")],
) -> None:
    """Remove weights that you added."""
    from foveate.models.adding import remove_model

    remove_model(name)
    typer.echo(f"{name}: removed")
