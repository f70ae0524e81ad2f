"""`foveate train`: train a network of the registry from data shards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.errors import OptionError
from foveate_research.cli.options import need
from foveate_research.cli.training_help import NamesTrainings

EPILOG = r"""
[bold]Example[/]

foveate train foveate-s --data data --out runs/foveate-s --minutes 90 --threads 2

Run the same command again after a cut: it goes on from OUT/last.ckpt, saved every minute.
Needs the train extra: pip install 'foveate-research\[train]'
"""


def train(
    name: Annotated[str, typer.Argument(help="Network to train; a wrong name lists them.")],
    data: Annotated[
        Path,
        typer.Option(help="Folder with the data sets as shards, one folder a set."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for checkpoint, log and record.")],
    minutes: Annotated[
        float | None, typer.Option(help="Train this long; the rates fall to zero by then.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Train this many steps instead of by the clock.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads of the processor to use (default: all).")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Begin with the averaged weights of this checkpoint."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and augmentation.")] = 1,
    export: Annotated[
        bool, typer.Option(help="Write OUT/NAME.onnx when the training is done.")
    ] = True,
) -> None:
    """Train a network on the data sets in DIR; resumes by itself from what OUT holds."""
    if (minutes is None) == (steps is None):
        raise OptionError("give either --minutes or --steps")
    if any(value is not None and value <= 0 for value in (minutes, steps, threads)):
        raise OptionError("--minutes, --steps and --threads must be above 0")
    need("train", "train", "lightning", "torch")
    from foveate_research.records import command_line
    from foveate_research.training.recipes import Request, get_recipe
    from foveate_research.training.run import run_training

    recipe = get_recipe(name)
    request = Request(data=data, minutes=minutes, steps=steps, seed=seed, start=start)
    checkpoint = run_training(recipe, request, out, command=command_line(), threads=threads)
    typer.echo(f"checkpoint: {checkpoint}")
    if export:
        from foveate_research.training.card import export as export_run

        weights = out / f"{name}.onnx"
        export_run(recipe, out, weights)
        typer.echo(f"weights: {weights}")


app = typer.Typer(add_completion=False)
app.command(cls=NamesTrainings, epilog=EPILOG, no_args_is_help=True)(train)
