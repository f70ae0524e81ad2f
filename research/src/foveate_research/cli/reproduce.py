"""`foveate reproduce`: the papers' tables and figures, each a command, beside our own."""

from __future__ import annotations

import typer

from foveate.errors import printable
from foveate_research.cli import reproduce_coding as coding
from foveate_research.cli import reproduce_maps as maps
from foveate_research.cli import reproduce_thesis

EPILOG = r"""
[bold]Examples[/]

foveate reproduce table1 --images kodak

foveate reproduce same-place --images coding/images --fixations coding/fixations

foveate reproduce other-viewers --images coding/images --fixations coding/fixations

foveate reproduce vector-quantiser --training photos --images coding/images

foveate reproduce menet-table3 --shards data/duts --json

foveate reproduce menet-figure8 --shards data/duts --count 100 -o figure8

foveate reproduce msroi-figure2 crowd.jpg street.jpg --fixations fixations

foveate reproduce msroi-figure3 kodak

foveate reproduce thesis --images data/caltech101 --model salnet --epochs 3 --only rgb,fan-in1
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    epilog=EPILOG,
    help="Print a paper's table beside ours, or draw one of its figures from our own.",
)


def pages() -> None:
    """Write the tables of README.md and docs/ anew from results/, in a checkout of Foveate."""
    from foveate_research.pages.write import write_pages

    for page in write_pages():
        typer.echo(f"written: {printable(page)}")


app.command("table1", epilog=coding.TABLE1_EPILOG)(coding.table1)
app.command("figure4", epilog=coding.FIGURE4_EPILOG)(coding.figure4)
app.command("figure5", epilog=coding.FIGURE5_EPILOG)(coding.figure5)
app.command("same-place", epilog=coding.SAME_PLACE_EPILOG)(coding.same_place)
app.command("other-viewers", epilog=coding.OTHER_VIEWERS_EPILOG, no_args_is_help=True)(
    coding.other_viewers
)
app.command("vector-quantiser", epilog=coding.VECTOR_QUANTISER_EPILOG, no_args_is_help=True)(
    coding.vector_quantiser
)
app.command("msroi-figure2", epilog=maps.PICTURES_EPILOG)(maps.msroi_figure2)
app.command(
    "msroi-figure3",
    help="Figure 3 of the MS-ROI paper: its maps over pictures.",
    epilog=maps.PICTURES_EPILOG,
)(maps.pictures_command("msroi-figure3"))
app.command(
    "msroi-slides",
    help="The MS-ROI talk's slides: CAM's maps of the five likeliest classes beside MS-ROI's.",
    epilog=maps.SLIDES_EPILOG,
)(maps.pictures_command("msroi-slides"))
app.command("msroi-thresholds", epilog=maps.THRESHOLDS_EPILOG, no_args_is_help=True)(
    maps.msroi_thresholds
)
for _name in maps.TABLES:
    app.command(
        _name,
        help=f"Table {_name[-1]} of the MEnet paper: printed rows, and our networks'.",
        epilog=maps.SETS_EPILOG,
    )(maps.table_command(_name))
for _name in maps.CURVES:
    app.command(
        _name,
        help=f"Figure {_name[-1]} of the MEnet paper: curves of our networks under noise.",
        epilog=maps.SETS_EPILOG,
    )(maps.curves_command(_name))
for _name, _help in maps.GRIDS.items():
    app.command(_name, help=_help, epilog=maps.GRIDS_EPILOG)(maps.grid_command(_name))
app.command(
    "menet-figure7",
    help="Figure 7 of the MEnet paper: what its thirteen scales see.",
    epilog=maps.PICTURES_EPILOG,
)(maps.pictures_command("menet-figure7"))
app.command()(pages)
app.command("thesis", epilog=reproduce_thesis.EPILOG, no_args_is_help=True)(reproduce_thesis.thesis)
