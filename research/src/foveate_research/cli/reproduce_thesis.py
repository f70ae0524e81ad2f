"""`foveate reproduce thesis`: train the thesis' networks, print its tables beside ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.option_values import checked_map
from foveate.errors import OptionError, printable
from foveate_research.cli.classify import tell_unreadable
from foveate_research.cli.options import grouped, names_in, need
from foveate_research.cli.results import Results, progress

if TYPE_CHECKING:
    from foveate_research.thesis.pack import Pack

EPILOG = r"""
[bold]Examples[/]

foveate reproduce thesis --images caltech101 --model salnet --epochs 3 --batch 32 --only rgb,fan-in1

foveate reproduce thesis --data packs/caltech101 --epochs 30 --only rgb,fan-in3 --seeds 1,2,3

foveate reproduce thesis --data packs/ilsvrc --epochs 90 --devices 4 --precision bf16-mixed

[bold]Names[/]

rgb, rgbs, rgb-1s2s, rgbs-1s2s, rgbxs, rgb-1xs2xs, rgbxs-1xs2xs, fan-in1, fan-in2, fan-in3 are the
thesis' (all, and no-conv2, where none is named); no-conv2 is fan-in3 without its branch;
fan-in@STAGE-STAGE merges a branch after pool1, pool2, conv3, conv4 or pool5, or after several;
resnet, resnet@stage2 are a small ResNet without and with a branch.

+other, +gaussian, +constant replace the map; +mean subtracts means; +tuned goes on from the trained
rgb, new weights in 0 to 1, +zero with new weights of no effect; +ones begins the shifts of a
branch's norms at 1, as +constant does; +attention teaches where to look after the map, +teacher
after inner layers of the network that made it; +padded pads conv2.

ways, table4.1, controls, sweep, tuned, resnets stand for several of them.

What is trained already is not trained again; a cut training goes on from its last minute.
Needs the train extra: pip install 'foveate-research\[train]'
"""


@grouped
def thesis(
    *,
    epochs: Annotated[
        int, typer.Option(metavar="N", min=1, help="Passes over the pictures; thesis: 90.")
    ],
    data: Annotated[
        Path | None, typer.Option(metavar="PACK", help="What 'foveate classify pack' wrote.")
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Instead: labelled pictures, packed to OUT/pack first."),
    ] = None,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="With --images: model that makes the maps.")
    ] = "auto",
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,...", help="What to train; may be repeated."),
    ] = None,
    seeds: Annotated[
        str, typer.Option(metavar="N,...", help="Seeds; every network is trained with each.")
    ] = "1",
    size: Annotated[
        int | None, typer.Option(metavar="128|227", help="Side that networks see.")
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(metavar="RECORD", help="Earlier record of these pictures to report too."),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Trainings, tables, figures.")
    ] = Path("runs/thesis"),
    batch: Annotated[int, typer.Option(metavar="N", min=1, help="Pictures a step.")] = 128,
    threads: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Threads of the processor (default: all)."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes that read ahead.")
    ] = None,
    accelerator: Annotated[
        str, typer.Option(help="Lightning's accelerator: auto, cpu, gpu.")
    ] = "auto",
    devices: Annotated[str, typer.Option(help="Lightning's number of devices, or auto.")] = "1",
    strategy: Annotated[str, typer.Option(help="Lightning's strategy: auto, ddp.")] = "auto",
    precision: Annotated[
        str, typer.Option(help="Lightning's precision: 32-true, bf16-mixed.")
    ] = "32-true",
    results: Results,
) -> None:
    """Does a saliency map help classify? Trains the thesis' networks and its missing controls."""
    wanted_seeds = _seeds(seeds)
    if (data is None) == (images is None):
        raise OptionError("give either --data or --images")
    if size is not None and size not in (128, 227):
        raise OptionError(f"--size {size}: give 128 or 227")
    checked_map(model, "--model", files=False)
    from foveate_research.thesis.names import DEFAULT, parse_experiments

    experiments = parse_experiments(names_in(only) or list(DEFAULT))
    results.refuse()
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch: large pages, a tenth faster
    need("reproduce thesis", "train", "lightning", "torch")
    from foveate_research.papers.thesis import read_earlier
    from foveate_research.thesis.run import Settings
    from foveate_research.thesis.study import done_trainings, run_study
    from foveate_research.training.machine import Machine, is_first_process

    earlier = None if beside is None else read_earlier(beside)
    machine = Machine(accelerator, devices, strategy, precision, workers, threads)
    machine.check()
    pack = _pack(data, images, model, size, output, threads)
    on_terminal = sys.stderr.isatty()
    try:
        run_study(
            experiments,
            pack,
            output,
            seeds=wanted_seeds,
            settings=Settings(epochs=epochs, batch=batch),
            machine=machine,
            progress_bar=on_terminal,
            tell=_tell if on_terminal else lambda name, seed: None,
        )
    except KeyboardInterrupt:
        typer.echo("foveate: stopped; the same command goes on from the last minute", err=True)
        raise
    if not is_first_process():
        return
    from foveate_research.cli.thesis_tables import show_thesis

    record, files = _written(done_trainings(output), pack, output, earlier)

    def show(record: dict[str, Any]) -> None:
        show_thesis(record)
        for path in files:
            typer.echo(f"written: {printable(path)}")

    results.publish(record, show)


def _seeds(text: str) -> list[int]:
    """Numbers between commas. Raises OptionError."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and int(word) < 2**32 for word in words):
        raise OptionError(
            f"--seeds {printable(text)}: give whole numbers from 0 to 4294967295, such as 1,2,3"
        )
    return list(dict.fromkeys(map(int, words)))


def _tell(name: str, seed: int) -> None:
    typer.echo(f"{name}, seed {seed}", err=True)


def _pack(
    data: Path | None,
    images: Path | None,
    model: str,
    size: int | None,
    output: Path,
    threads: int | None,
) -> Pack:
    """The pack named, or one made of the pictures named."""
    from foveate_research.thesis.pack import open_pack

    if data is not None:
        pack = open_pack(data)
        if size not in (None, pack.side):
            raise OptionError(f"--size {size}: {printable(data)} is packed for {pack.side}")
        return pack
    from foveate_research.records import head
    from foveate_research.thesis.packing import PackOptions, pack_pictures

    assert images is not None
    pack = pack_pictures(
        images,
        output / "pack",
        PackOptions(side=size or 128, model=model),
        made_by=head(("foveate", "numpy", "Pillow", "onnxruntime", "webdataset")),
        threads=threads,
        tick=progress,
    )
    tell_unreadable(pack)
    return pack


def _written(
    trainings: list[dict[str, Any]], pack: Pack, output: Path, earlier: dict[str, Any] | None
) -> tuple[dict[str, Any], list[Path]]:
    """The record of OUT's trainings and of an earlier one's, and the files that tell of OUT's."""
    from foveate_research.papers.figures import save_figure
    from foveate_research.papers.thesis import thesis_record, with_earlier
    from foveate_research.papers.thesis_figures import learning_curves
    from foveate_research.records import head, save_record

    packages = ("foveate", "torch", "lightning", "numpy", "scipy")
    every = trainings if earlier is None else with_earlier(trainings, earlier)
    record = head(packages) | thesis_record(every, pack.classes, pack.titles)
    if earlier is not None:
        told = ("command", "commit", "date", "machine", "versions", "pack", "beside")
        record["beside"] = {key: earlier[key] for key in told if key in earlier}
    files = [output / "thesis.json"]
    save_record(record, files[0], overwrite=True)
    files += save_figure(learning_curves(trainings), output / "curves", overwrite=True)
    return record, files
