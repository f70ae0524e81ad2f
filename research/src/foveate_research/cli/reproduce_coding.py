"""`foveate reproduce` for the MS-ROI paper: coding at equal bytes, and where copies draw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.cli.option_values import checked_map
from foveate.errors import OptionError
from foveate_research.cli.coding_options import CoderOptions, Fixations, Images, Masks
from foveate_research.cli.options import Count, Models, Quality, grouped, models_in
from foveate_research.cli.results import Results, Stem, progress

TABLE1_EPILOG = """
[bold]Examples[/]

foveate reproduce table1 --images kodak

foveate reproduce table1 --images kodak --protocol printed --codecs pillow

foveate reproduce table1 --images coding/images --fixations coding/fixations --save table1.json

foveate reproduce table1 --images CAT2000/Stimuli --category OutdoorManMade --count 100

foveate reproduce table1 --images large.png --sizes 20

foveate reproduce table1 --images kodak --codecs mosaic@msroi,foveate@msroi,mosaic@cam,foveate@cam

All have plain JPEG's bytes: the paper's mosaic (five levels, qualities 30 to 70), the mosaic as
released (rules 3 and 6), Foveate with its map and with none. The printed rows stand beside.

--protocol printed measures as the authors' scripts did, width and height swapped.
"""

FIGURE4_EPILOG = """
[bold]Example[/]

foveate reproduce figure4 large.png --sizes 20 -o figure4
"""

FIGURE5_EPILOG = """
[bold]Example[/]

foveate reproduce figure5 --images CAT2000/Stimuli --count 20 -o figure5

The pictures lie in sub-folders, a category each; --count is of each category.
"""

SAME_PLACE_EPILOG = """
[bold]Example[/]

foveate reproduce same-place --images coding/images --fixations coding/fixations --quality 30

Each --model maps the original and the copies: one that learnt from people, one of contrast alone.
"""

OTHER_VIEWERS_EPILOG = """
[bold]Example[/]

foveate reproduce other-viewers --images coding/images --fixations coding/fixations

The viewers of each picture are dealt into two halves: where people look is measured on one, and
the map is that of the same half, of the other half, or Foveate's, which has seen neither.
"""

VECTOR_QUANTISER_EPILOG = """
[bold]Example[/]

foveate reproduce vector-quantiser --training photos --images coding/images --fixations fixations

The codebooks are trained on the pictures of --training, once with all errors counting the same and
once by the maps of these pictures; then every coder is given plain JPEG's bytes.
"""

Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--category", metavar="NAME", help="Only this sub-folder of --images; may be repeated."
    ),
]


@grouped
def table1(
    *,
    images: Images,
    category: Categories = None,
    sizes: Annotated[
        int | None,
        typer.Option(metavar="N", help="--images is one picture: measure it at N sizes."),
    ] = None,
    fixations: Fixations = None,
    masks: Masks = None,
    quality: Quality = 50,
    protocol: Annotated[
        str, typer.Option(metavar="fair|printed", help="How metrics are taken.")
    ] = "fair",
    count: Count = None,
    coders: CoderOptions,
    results: Results,
) -> None:
    """Table 1 of the MS-ROI paper: printed rows, and ours at equal bytes."""
    from foveate_research.cli.coding_records import show_table1
    from foveate_research.coders.scenes import scene_files, size_ladder
    from foveate_research.coders.table1 import checked_protocol, reproduce_table1

    chosen = checked_protocol(protocol)
    results.refuse()
    if sizes is None:
        files = scene_files(
            images, fixations=fixations or (), masks=masks, categories=category, count=count
        )
    elif fixations or masks or category or count is not None:
        raise OptionError("--sizes takes no --fixations, --masks, --category or --count")
    else:
        files = size_ladder(images, sizes)
    with coders.study(images, files) as study:
        record = reproduce_table1(study, quality=quality, protocol=chosen)
    results.publish(record, show_table1)


@grouped
def figure4(
    *,
    picture: Annotated[
        Path, typer.Argument(metavar="PICTURE", help="Picture that is reduced to the sizes.")
    ],
    sizes: Annotated[int, typer.Option(metavar="N", help="How many sizes.")] = 20,
    quality: Quality = 50,
    output: Stem = Path("figure4"),
    coders: CoderOptions,
    results: Results,
) -> None:
    """Figure 4 of the MS-ROI paper: PSNR-HVS beside plain JPEG, one picture at many sizes."""
    from foveate_research.cli.coding_records import show_figure4
    from foveate_research.coders.scenes import size_ladder
    from foveate_research.coders.size_ladder import figure4 as drawn

    results.refuse(output)
    with coders.study(picture, size_ladder(picture, sizes)) as study:
        record, figure = drawn(study, quality=quality)
    results.publish(record, show_figure4, figure, output)


@grouped
def figure5(
    *,
    images: Images,
    category: Categories = None,
    quality: Quality = 50,
    count: Count = None,
    output: Stem = Path("figure5"),
    coders: CoderOptions,
    results: Results,
) -> None:
    """Figure 5 of the MS-ROI paper: PSNR-HVS beside plain JPEG, category by category."""
    from foveate_research.cli.coding_records import show_figure5
    from foveate_research.coders.categories import figure5 as drawn
    from foveate_research.coders.scenes import scene_files

    results.refuse(output)
    files = scene_files(images, categories=category or (), count=count)
    with coders.study(images, files) as study:
        record, figure = drawn(study, quality=quality)
    results.publish(record, show_figure5, figure, output)


@grouped
def same_place(
    *,
    images: Images,
    fixations: Fixations = None,
    quality: Annotated[
        list[int] | None,
        typer.Option(
            metavar="Q",
            min=1,
            max=100,
            help="Quality of the plain JPEG; may be repeated. [default: 30, 50]",
        ),
    ] = None,
    model: Models = None,
    count: Count = None,
    coders: CoderOptions,
    results: Results,
) -> None:
    """Does a copy still draw the eye to the same place? Maps of copies beside the original's."""
    from foveate_research.cli.coding_records import show_same_place
    from foveate_research.coders.same_place import MODELS, QUALITIES, reproduce_same_place
    from foveate_research.coders.scenes import scene_files

    models = models_in(model)
    results.refuse()
    files = scene_files(images, fixations=fixations or (), count=count)
    with coders.study(images, files) as study:
        record = reproduce_same_place(
            study, qualities=sorted(set(quality or QUALITIES)), models=models or MODELS
        )
    results.publish(record, show_same_place)


@grouped
def other_viewers(
    *,
    images: Images,
    fixations: Annotated[list[Path], typer.Option(metavar="DIR", help="Fixations by viewer.")],
    quality: Quality = 50,
    count: Count = None,
    results: Results,
) -> None:
    """What a map gains that has not seen where people look, beside maps of other viewers."""
    from foveate_research.cli.coding_records import show_other_viewers
    from foveate_research.coders.other_viewers import other_viewers as measured
    from foveate_research.coders.scenes import scene_files
    from foveate_research.coders.study import Study

    results.refuse()
    files = scene_files(images, fixations=fixations, count=count)
    with progress(len(files)) as tick:
        record = measured(Study(images, files, tick=tick), quality=quality)
    results.publish(record, show_other_viewers)


@grouped
def vector_quantiser(
    *,
    training: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the pictures that make the codebooks.")
    ],
    images: Images,
    fixations: Fixations = None,
    quality: Quality = 50,
    words: Annotated[
        int, typer.Option(metavar="N", help="Words of a codebook: a power of two up to 256.")
    ] = 256,
    map_name: Annotated[
        str, typer.Option("--map", metavar="NAME", help="The map that errors count by.")
    ] = "auto",
    count: Count = None,
    results: Results,
) -> None:
    """A vector quantiser with and without the map, beside plain JPEG and the mosaic."""
    from foveate_research.cli.coding_records import show_vector_quantiser
    from foveate_research.coders.scenes import scene_files
    from foveate_research.coders.study import Study
    from foveate_research.coders.vector_quantiser.study import vector_quantiser_record

    if words not in (2, 4, 8, 16, 32, 64, 128, 256):
        raise OptionError(f"--words {words}: give a power of two from 2 to 256")
    checked_map(map_name, "--map", files=False)
    results.refuse()
    files = scene_files(images, fixations=fixations or (), count=count)
    with progress(len(files)) as tick:
        record = vector_quantiser_record(
            Study(images, files, model=map_name, tick=tick),
            scene_files(training),
            quality=quality,
            words=words,
        )
    results.publish(record, show_vector_quantiser)
