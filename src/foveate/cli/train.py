"""`foveate train`: train a network of the registry from data shards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from foveate.errors import MissingExtraError, ModelError, OptionError

EPILOG = r"""
[bold]Example[/]

foveate train foveate-s --data data --out runs/foveate-s --minutes 90 --threads 2

Run the same command again after a cut: it goes on from OUT/last.ckpt, saved every minute.
Needs the train extra: pip install 'foveate\[train]'
"""


def train(
    name: Annotated[str, typer.Argument(help="Network to train: foveate-s.")],
    data: Annotated[
        Path,
        typer.Option(help="Folder with the sets osie, gaze-more, gaze-scenes and duts as shards."),
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
        typer.Option(help="Refine the weights of this checkpoint at a larger picture size."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and augmentation.")] = 1,
    export: Annotated[
        bool, typer.Option(help="Write OUT/NAME.onnx when the training is done.")
    ] = True,
) -> None:
    """Train a network on the data sets in DIR; resumes by itself from what OUT holds."""
    if name != "foveate-s":
        raise ModelError(f"no training for '{name}': foveate train knows foveate-s")
    if (minutes is None) == (steps is None):
        raise OptionError("give either --minutes or --steps")
    if any(value is not None and value <= 0 for value in (minutes, steps, threads)):
        raise OptionError("--minutes, --steps and --threads must be above 0")
    try:
        import lightning  # noqa: F401
        import torch  # noqa: F401
        import webdataset  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("foveate train", "train") from error
    from foveate.training.train import train_foveate_s

    arguments = " ".join(["foveate", "train", *_public_arguments(sys.argv)])
    checkpoint = train_foveate_s(
        data,
        out,
        minutes=minutes,
        steps=steps,
        threads=threads,
        seed=seed,
        start=start,
        command=arguments,
    )
    typer.echo(f"checkpoint: {checkpoint}")
    if export:
        from foveate.training.export import export_foveate_s

        weights = export_foveate_s(checkpoint, out / f"{name}.onnx")
        typer.echo(f"weights: {weights}")


def _public_arguments(argv: list[str]) -> list[str]:
    """The command's own arguments, folders by their last name: records name no paths."""
    after = argv[argv.index("train") + 1 :] if "train" in argv else argv[1:]
    return [Path(item).name if "/" in item else item for item in after]
