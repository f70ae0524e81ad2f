"""`foveate export`: from a training's checkpoint to the ONNX file that runs, its record inside."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from foveate.cli.output_files import make_folder, refuse_existing
from foveate.cli.readable_numbers import readable_bytes
from foveate.errors import ModelError, OptionError, printable
from foveate_research.cli.options import need
from foveate_research.cli.training_help import NamesTrainings

EPILOG = r"""
[bold]Examples[/]

foveate export foveate-s --run runs/foveate-s

foveate export menet --run runs/wide -o menet-wide.onnx

The file is checked against torch. 'foveate models add FILE' takes it from there.
With --ship, 'foveate reproduce pages' enters what results/ says of the network into its record.
Needs the train extra: pip install 'foveate-research\[train]'
"""
_PARTS = ("last.ckpt", "record.json")


def export(
    name: Annotated[str, typer.Argument(help="Network that was trained; a wrong name lists them.")],
    run: Annotated[Path, typer.Option(metavar="OUT", help="Folder that 'foveate train' wrote.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Default: OUT/NAME.onnx."),
    ] = None,
    ship: Annotated[
        bool,
        typer.Option("--ship", help="Write weights and record into this checkout's package."),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that exists.")
    ] = False,
) -> None:
    """Write a training's averaged weights as an ONNX file that carries its own record."""
    if ship and output is not None:
        raise OptionError("--ship: weights of the package have their place; leave out -o")
    for part in _PARTS:
        if not (run / part).is_file():
            raise ModelError(f"{printable(run)} holds no {part}: give foveate train's --out folder")
    target = run / f"{name}.onnx" if output is None else output
    refuse_existing(target, overwrite=overwrite or ship)
    need("export", "train", "lightning", "onnx", "torch")
    from foveate.pictures import write_atomically
    from foveate_research.training.card import export as export_run
    from foveate_research.training.card import models_folder, write_card
    from foveate_research.training.recipes import get_recipe

    recipe = get_recipe(name)
    if ship:
        target = models_folder(name) / "weights" / f"{name}.onnx"
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        try:
            card = export_run(recipe, run, draft)
        except RuntimeError as error:
            if "state_dict" not in str(error):
                raise
            raise ModelError(
                f"{printable(run / 'last.ckpt')} holds another network than {name}"
            ) from error
        data = draft.read_bytes()
    make_folder(target.parent)
    write_atomically(target, data, overwrite=overwrite or ship)
    if ship:
        write_card(card)
    typer.echo(f"{printable(target)}: {readable_bytes(len(data))}, reads as {recipe.reads_as}")
    typer.echo(f"SHA-256 {card['weights']['sha256']}")


app = typer.Typer(add_completion=False)
app.command(cls=NamesTrainings, epilog=EPILOG, no_args_is_help=True)(export)
