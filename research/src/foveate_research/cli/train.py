"""`foveate train`: train a network of the registry from data shards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from foveate.errors import OptionError
from foveate_research.cli.options import grouped, need
from foveate_research.cli.training_help import NamesTrainings

if TYPE_CHECKING:
    from foveate_research.models.class_file import ClassFile
    from foveate_research.training.choices import Choices
    from foveate_research.training.machine import Machine

EPILOG = r"""
[bold]Examples[/]

foveate train foveate-s --data data --out runs/foveate-s --minutes 90 --threads 2

foveate train menet --data data --out runs/wide --width 32 --size 224 --batch 5 --steps 20000

foveate train menet --set duts --root DUTS --set msra10k --root MSRA10K --out runs/both --steps 9000

foveate train cam --data data --trunk timm/resnet18 --trunk-weights r18.pth --out runs --steps 9000

foveate train menet-paper --data data --out runs/paper --steps 110000 --devices 4 --workers 8

Run the same command again after a cut: it goes on from OUT/last.ckpt, saved every minute.
Needs the train extra: pip install 'foveate-research\[train]'
"""


@dataclass(frozen=True, kw_only=True)
class NetworkOptions:
    """What may be chosen of the network; each recipe refuses what it does not know."""

    PANEL: ClassVar[str] = "The network; what is not given is as the recipe has it"

    batch: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Pictures a step and device.")
    ] = None
    rate: Annotated[
        float | None, typer.Option(metavar="R", help="Highest learning rate of what is new.")
    ] = None
    width: Annotated[
        float | None,
        typer.Option(
            metavar="W", help="Channels of MEnet's first maps, or a share of the paper's."
        ),
    ] = None
    size: Annotated[
        str | None, typer.Option(metavar="SIDE|WxH", help="Pixels of the training pictures.")
    ] = None
    trunk: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What the network stands on, such as efficientnet-lite2 or timm/resnet18.",
        ),
    ] = None
    trunk_weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The trunk's weights, .safetensors or .pth; without it a trunk of timm begins "
            "untrained.",
        ),
    ] = None
    freeze: Annotated[
        bool | None,
        typer.Option(
            "--freeze",
            help="Leave the trunk of a label network as --start has it: only its heads learn.",
        ),
    ] = None
    teacher: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A checkpoint of the same label network, whose maps teach it too, place by place.",
        ),
    ] = None

    def choices(self) -> Choices:
        """What was given. Raises OptionError."""
        from foveate_research.architectures.weights_file import WeightsFile
        from foveate_research.training.choices import Choices, parsed_size

        size = None if self.size is None else parsed_size(self.size)
        weights, teacher = (
            None if path is None else WeightsFile.at(path)
            for path in (self.trunk_weights, self.teacher)
        )
        return Choices(
            self.batch,
            self.rate,
            self.width,
            size,
            self.trunk,
            self.freeze,
            trunk_weights=weights,
            teacher=teacher,
        )


@dataclass(frozen=True, kw_only=True)
class SetOptions:
    """Sets to learn from in the place of the recipe's."""

    PANEL: ClassVar[str] = "Sets of your own, in place of --data; each may be repeated"

    set: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A published set as it unpacks: msra10k, salicon, ..."),
    ] = None
    root: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Where that set lies; one for each --set, in order."),
    ] = None
    shards: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A folder with train-*.tar, as 'foveate pack' writes."),
    ] = None

    classes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='A TOML file that folds their labels into classes: dog = ["n02085620", ...].',
        ),
    ] = None

    def class_file(self) -> ClassFile | None:
        """The classes of the file that was given. Raises OptionError, DatasetError."""
        from foveate_research.models.class_file import read_class_file

        if self.classes is None:
            return None
        if not self.set and not self.shards:
            raise OptionError("--classes folds the labels of --set and --shards: give one")
        return read_class_file(self.classes)

    def sets(self) -> tuple[tuple[str, Path], ...]:
        """Names and folders of published sets. Raises OptionError."""
        names, roots = self.set or [], self.root or []
        if len(names) != len(roots):
            raise OptionError(
                f"give one --root for each --set: there are {len(names)} sets, {len(roots)} roots"
            )
        return tuple(zip(names, roots, strict=True))


@dataclass(frozen=True, kw_only=True)
class MachineOptions:
    """The machine that trains."""

    PANEL: ClassVar[str] = "The machine"

    threads: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Threads of the processor to use (default: all)."),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Processes that make batches ahead (default: none, beside a GPU up to 8). "
            "Batches are the same for any number.",
        ),
    ] = None
    accelerator: Annotated[str, typer.Option(help="Lightning's accelerator: auto, cpu, gpu.")] = (
        "auto"
    )
    devices: Annotated[str, typer.Option(help="Lightning's number of devices, or auto.")] = "1"
    precision: Annotated[
        str | None,
        typer.Option(help="32-true, or bf16-mixed, the default where the machine has it."),
    ] = None
    accumulate: Annotated[
        int, typer.Option(metavar="N", min=1, help="Batches whose gradients make one step.")
    ] = 1

    def machine(self) -> Machine:
        """The machine as asked for. Raises OptionError for one that is not there."""
        from foveate_research.training.machine import Machine, fastest_precision

        machine = Machine(
            accelerator=self.accelerator,
            devices=self.devices,
            precision=self.precision or fastest_precision(),
            workers=self.workers,
            threads=self.threads,
            accumulate=self.accumulate,
        )
        machine.check()
        return machine


@grouped
def train(
    name: Annotated[str, typer.Argument(help="Network to train; a wrong name lists them.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoint, log and record.")],
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with the recipe's data sets as shards, one folder a set."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Train this long; the rates fall to zero by then.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Train this many steps instead of by the clock.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Begin with the averaged weights of this checkpoint."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and augmentation.")] = 1,
    export: Annotated[
        bool, typer.Option(help="Write OUT/NAME.onnx when the training is done.")
    ] = True,
    *,
    pictures: SetOptions,
    network: NetworkOptions,
    machine: MachineOptions,
) -> None:
    """Train a network on sets of pictures; resumes by itself from what OUT holds."""
    if (minutes is None) == (steps is None):
        raise OptionError("give either --minutes or --steps")
    if any(value is not None and value <= 0 for value in (minutes, steps)):
        raise OptionError("--minutes and --steps must be above 0")
    need("train", "train", "lightning", "torch")
    from foveate_research.records import command_line
    from foveate_research.training.machine import is_first_process
    from foveate_research.training.recipes import Request, get_recipe
    from foveate_research.training.run import run_training

    recipe = get_recipe(name)
    request = Request(
        data=data,
        minutes=minutes,
        steps=steps,
        seed=seed,
        start=start,
        choices=network.choices(),
        sets=pictures.sets(),
        shards=tuple(pictures.shards or ()),
        class_file=pictures.class_file(),
    )
    recipe.resolved(request.choices)
    checkpoint = run_training(
        recipe, request, out, command=command_line(), machine=machine.machine()
    )
    if not is_first_process():
        return
    typer.echo(f"checkpoint: {checkpoint}")
    if export:
        from foveate_research.training.card import export as export_run

        weights = out / f"{name}.onnx"
        export_run(recipe, out, weights)
        typer.echo(f"weights: {weights}")


app = typer.Typer(add_completion=False)
app.command(cls=NamesTrainings, epilog=EPILOG, no_args_is_help=True)(train)
