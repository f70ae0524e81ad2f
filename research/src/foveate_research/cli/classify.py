"""`foveate classify`: pack labelled pictures with saliency maps, count networks' weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.json_lines import print_json
from foveate.cli.option_values import checked_map
from foveate.errors import OptionError, printable
from foveate_research.cli.options import grouped, names_in, need
from foveate_research.cli.results import AsJson, Results, progress

if TYPE_CHECKING:
    from foveate_research.thesis.pack import Pack

EPILOG = r"""
[bold]Examples[/]

foveate classify pack --images data/caltech101 --model salnet --size 128 -o packs/caltech101

foveate classify parameters

'foveate reproduce thesis' trains on a pack.
"""
PACK_EPILOG = r"""
[bold]Examples[/]

foveate classify pack --images data/caltech101 --model salnet -o packs/caltech101

foveate classify pack --images ILSVRC2012 --model foveate-s --size 227 -o packs/ilsvrc

--images holds shards (train-*.tar of KEY.webp with KEY.cls, or of tiles), or train and val (or
validation) with a folder a class in each (ILSVRC's flat val with its list too), or the classes'
folders alone. Without val, it is dealt out of train.
The same command goes on where a cut one ended.
"""
PARAMETERS_EPILOG = """
[bold]Examples[/]

foveate classify parameters --size 227

foveate classify parameters --only rgb,fan-in3,no-conv2 --classes 101
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    epilog=EPILOG,
    help="Saliency in image classification: pack pictures with maps, count networks' weights.",
)

Size = Annotated[int, typer.Option(metavar="128|227", help="Side that networks see.")]


@app.command(epilog=PACK_EPILOG, no_args_is_help=True)
def pack(
    images: Annotated[
        Path, typer.Option(metavar="DIR", help="Labelled pictures: folders or shards.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The pack.")],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Model that makes the maps ('foveate models').")
    ] = "auto",
    size: Size = 128,
    val_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Share of train that becomes val, in a set without one."
        ),
    ] = 0.1,
    classes: Annotated[
        int | None,
        typer.Option(metavar="N", help="Only so many classes, spread over all (default: all)."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Pictures at a time (default: all cores)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Crop, scale, predict a saliency map of each picture once, and write shuffled shards."""
    checked_map(model, "--model", files=False)
    if not 0 < val_share < 1:
        raise OptionError(f"--val-share {val_share}: must lie between 0 and 1")
    from foveate_research.records import head
    from foveate_research.thesis.packing import PackOptions, pack_pictures

    options = PackOptions(side=size, model=model, val_share=val_share, classes=classes)
    made_by = head(("foveate", "numpy", "Pillow", "onnxruntime", "webdataset"))
    done = pack_pictures(images, output, options, made_by=made_by, threads=threads, tick=progress)
    tell_unreadable(done)
    if as_json:
        print_json(done.described() | {"unreadable": list(done.unreadable)})
        return
    counts = ", ".join(f"{count:,} {part}" for part, count in done.counts.items())
    typer.echo(f"{printable(output)}: {counts}, {len(done.classes)} classes")


def tell_unreadable(done: Pack) -> None:
    """One line on stderr of pictures that the pack lacks."""
    from foveate_research.thesis.pack import without_key

    if done.unreadable:
        count = len(done.unreadable)
        pictures = "1 picture" if count == 1 else f"{count:,} pictures"
        such = without_key(done.unreadable[0])
        typer.echo(f"{pictures} could not be read (such as {such})", err=True)


@app.command(epilog=PARAMETERS_EPILOG)
@grouped
def parameters(
    *,
    size: Size = 128,
    classes: Annotated[int, typer.Option(metavar="N", min=1, help="Classes to tell apart.")] = 1000,
    padded: Annotated[
        bool, typer.Option(help="Pad conv2 by 2, as the original AlexNet does.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,...", help="Which networks; may be repeated."),
    ] = None,
    results: Results,
) -> None:
    """Weights of the networks beside what the thesis prints, its misprints noted."""
    need("classify parameters", "train", "torch")
    from foveate_research.cli.thesis_tables import show_parameters
    from foveate_research.papers.thesis import parameter_notes
    from foveate_research.thesis.networks.counts import parameter_table
    from foveate_research.thesis.pack import STORED_SIDES

    if size not in STORED_SIDES:
        raise OptionError(f"--size {size}: give {' or '.join(map(str, STORED_SIDES))}")
    results.refuse()
    table = parameter_table(names_in(only), side=size, classes=classes, padded=padded)
    facts = {"side": size, "classes": classes, "networks": table, "notes": parameter_notes()}
    results.publish(facts, show_parameters)
