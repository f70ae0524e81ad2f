"""`foveate models import` turns the authors' published weights into an ONNX file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from foveate.cli.json_lines import print_json
from foveate.cli.output_files import make_folder, refuse_existing
from foveate.cli.readable_numbers import readable_bytes
from foveate.errors import printable
from foveate_research.cli.options import need

EPILOG = r"""
[bold]Examples[/]

foveate models import salnet.caffemodel --as salnet

foveate models import msroi.npz --as msroi -o msroi-published.onnx

FILE is a .caffemodel, a .npz archive of arrays, or a .pkl of arrays alone: a pickle of anything
else is refused, since reading it could run a program.

'foveate models add' takes the result. docs/published-weights.md tells where the files come from.
Needs the train extra: pip install 'foveate-research\[train]'
"""


def import_weights(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The authors' file.")],
    published: Annotated[
        str, typer.Option("--as", metavar="NETWORK", help="menet, salnet, cam, msroi or vgg16.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="ONNX", help="Default: NETWORK-published.onnx beside FILE."
        ),
    ] = None,
    bits: Annotated[
        int, typer.Option(metavar="N", help="32, 16 or 8 for each large weight in the result.")
    ] = 32,
    flip: Annotated[
        bool,
        typer.Option(
            "--flip-kernels", help="Turn the kernels around: Theano's own convolution has them so."
        ),
    ] = False,
    rgb: Annotated[
        bool,
        typer.Option(
            "--rgb", help="The file's first layer takes RGB where the authors' takes BGR."
        ),
    ] = False,
    licence: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The weights' licence, for the record.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that exists.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
) -> None:
    """Turn published weights into an ONNX file with a record, checked layer by layer."""
    if bits not in (8, 16, 32):
        raise typer.BadParameter(f"{bits} is not 32, 16 or 8", param_hint="--bits")
    target = file.with_name(f"{published}-published.onnx") if output is None else output
    refuse_existing(target, overwrite=overwrite)
    need("models import", "train", "lightning", "onnx", "torch")
    from foveate.pictures import write_atomically
    from foveate_research.importing.published import get_published
    from foveate_research.importing.run import import_weights as convert

    network = get_published(published)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.onnx"
        kept = cast(Literal[8, 16, 32], bits)
        done = convert(network, file, draft, bits=kept, licence=licence, flip=flip, rgb=rgb)
        data = draft.read_bytes()
    make_folder(target.parent)
    write_atomically(target, data, overwrite=overwrite)
    if as_json:
        print_json(done.card)
        return
    typer.echo(f"{printable(target)}: {done.weights:,} weights, {readable_bytes(len(data))}")
    typer.echo(f"'foveate models add {printable(target)}' adds it to the models")


app = typer.Typer(add_completion=False, rich_markup_mode="rich")
app.command(epilog=EPILOG, no_args_is_help=True)(import_weights)
