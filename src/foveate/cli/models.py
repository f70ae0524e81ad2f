"""`foveate models` lists the models, and adds and removes a user's own weights."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from foveate.cli.completion import added_models
from foveate.cli.json_lines import print_json
from foveate.cli.plain_help import hide_types
from foveate.cli.readable_numbers import readable_bytes
from foveate.errors import MissingExtraError, OptionError, printable

RESEARCH_COMMANDS = ("import",)
"""The commands that foveate-research adds to `foveate models`."""
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

foveate models add u2net.onnx --adapter u2net.toml

A network that 'foveate export' did not write needs an adapter: a small TOML file that says what \
the network takes and gives. docs/foreign-models.md explains it.

The file is copied to the folder that the environment variable FOVEATE_MODELS names, or else to \
~/.local/share/foveate/models. Use it with 'foveate map --model NAME' or 'foveate compress --map \
NAME'; its SHA-256 is checked each time.
"""
REMOVE_EPILOG = """
[bold]Example[/]

foveate models remove menet-wide
"""


class ModelCommands(TyperGroup):
    """The commands below, and those that installed packages of models bring."""

    def list_commands(self, ctx: Any) -> list[str]:
        from foveate.models.packages import added_commands

        return [*super().list_commands(ctx), *added_commands()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command: Any = super().get_command(ctx, cmd_name)
        if command is not None:
            return command
        from foveate.models.packages import added_commands

        place = added_commands().get(cmd_name)
        if place is None:
            if cmd_name in RESEARCH_COMMANDS:
                raise MissingExtraError(f"foveate models {cmd_name}", "foveate-research[train]")
            return None
        module, name = place.split(":")
        command = typer.main.get_command(getattr(importlib.import_module(module), name))
        command.name = cmd_name
        hide_types(command, ctx)
        return command


app = typer.Typer(cls=ModelCommands, rich_markup_mode="rich", epilog=EPILOG)


@app.callback(invoke_without_command=True)
def models(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each model.")
    ] = False,
) -> None:
    """List the models that predict where people look; add or remove your own."""
    if context.invoked_subcommand is not None:
        return
    from foveate.models.entry import AUTO
    from foveate.models.registry import list_models

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
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="An ONNX file that 'foveate export' wrote, or any with --adapter."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The model's name. Default: the name of FILE."),
    ] = None,
    reads_as: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK",
            help="Turn the outputs into a map as this network does, such as menet-ce. Default: "
            "the network that FILE names.",
        ),
    ] = None,
    adapter: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML", help="What a foreign network takes and gives, as this file says."
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="Refuse the file unless this is its SHA-256."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model that you added before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add a model of your own, after a trial run on a small picture."""
    if adapter is not None:
        if reads_as is not None:
            raise OptionError("--adapter and --reads-as contradict each other: leave one out")
        from foveate.models.adapters.adding import add_foreign_model

        added = add_foreign_model(file, adapter, name=name, sha256=sha256, overwrite=overwrite)
    else:
        from foveate.models.adding import add_model

        added = add_model(file, name=name, reads_as=reads_as, sha256=sha256, overwrite=overwrite)
    if as_json:
        print_json(added.to_dict())
        return
    read_as = f"{printable(adapter)} says" if adapter else f"{added.reads_as} is"
    typer.echo(f"{added.name}: {readable_bytes(added.size_bytes)}, read as {read_as}")
    typer.echo(f"SHA-256: {added.sha256}")
    typer.echo(f"Written: {added.weights}")


@app.command(epilog=REMOVE_EPILOG, no_args_is_help=True)
def remove(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", autocompletion=added_models, help="A model that you added."),
    ],
) -> None:
    """Remove a model that you added."""
    from foveate.models.keeping import remove_model

    remove_model(name)
    typer.echo(f"{name}: removed")
