"""`foveate pack`: a set of pictures in folders to shards that trainings and measures read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from foveate.errors import printable
from foveate_research.cli.options import grouped
from foveate_research.cli.picture_options import ClassOptions

EPILOG = r"""
[bold]Examples[/]

foveate pack --images photos --masks masks -o data/mine

foveate pack --images photos --fixations gaze --longest 512 -o data/watched

foveate pack --images classes --labels --as val -o data/named

foveate pack --set salicon --root SALICON --part train -o data/salicon

'foveate train NAME --shards DIR' and 'foveate evaluate' with --shards DIR read what it writes.
To pack pictures with saliency maps for a classifier: 'foveate classify pack'.
"""


@dataclass(frozen=True, kw_only=True)
class PackedPictures(ClassOptions):
    """The pictures and what is known of them."""

    ANSWERS: ClassVar[str] = "masks, --fixations, --densities, --class-masks or --labels"
    SHARDS_PART: ClassVar[str] = "train"

    fixations: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of fixations (.npy, .txt, .csv, .mat) or density maps."
        ),
    ] = None
    densities: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of density maps beside fixations.")
    ] = None
    labels: Annotated[
        bool, typer.Option("--labels", help="The pictures lie in folders, one a class.")
    ] = False

    def _folders(self, images: Path) -> Any:
        from foveate_research.datasets.folders import fixation_folders, label_folders

        if self.labels:
            return label_folders(images)
        if self.fixations is not None or self.densities is not None:
            return fixation_folders(images, self.fixations, maps=self.densities)
        return super()._folders(images)


@grouped
def pack(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the shards.")
    ],
    as_part: Annotated[
        str, typer.Option("--as", metavar="PART", help="What the part is called: train, val, test.")
    ] = "train",
    longest: Annotated[
        int | None,
        typer.Option(metavar="PIXELS", min=16, help="Reduce pictures with a longer side to this."),
    ] = None,
    terms: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The set's terms, for the records.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace shards of that part.")
    ] = False,
    pictures: PackedPictures,
) -> None:
    """Pack pictures with masks, fixations, density maps or labels as shards."""
    from foveate_research.datasets.packing import pack_set

    found = pictures.opened()
    count = pack_set(found, output, part=as_part, longest=longest, terms=terms, overwrite=overwrite)
    typer.echo(f"{printable(output)}: {as_part} {count:,} pictures of {found.name}")


app = typer.Typer(add_completion=False)
app.command(epilog=EPILOG, no_args_is_help=True)(pack)
