"""`foveate evaluate`: how good maps are beside masks, fixations and classes, also when spoilt."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.options import checked_map
from foveate.errors import OptionError
from foveate_research.cli import score_tables as evaluated
from foveate_research.cli.set_options import Asked

if TYPE_CHECKING:
    from foveate_research.datasets.sets import PictureSet
    from foveate_research.maps.calibration import Calibration
    from foveate_research.maps.measuring import Source

EPILOG = """
[bold]Examples[/]

foveate evaluate sod --model foveate-s --images photos --masks masks

foveate evaluate robustness --help
"""

app = typer.Typer(
    no_args_is_help=True,
    epilog=EPILOG,
    help="Measure models, or maps made elsewhere, on a set of pictures with answers.",
)

_SETS = r"""
The pictures are those of two folders, --images with --masks or --fixations; of a published set as
it is laid out, --set NAME --root DIR; or of shards, --shards DIR --part test. Intervals are of 95 %
over pictures. Needs the evaluate extra: pip install 'foveate\[evaluate]'
"""

SOD_EPILOG = f"""
[bold]Examples[/]

foveate evaluate sod --model foveate-s --images photos --masks masks

foveate evaluate sod --model foveate-s --model menet --set ecssd --root ECSSD --json

foveate evaluate sod --maps maps --shards data/duts --part test
{_SETS}"""

FIXATIONS_EPILOG = f"""
[bold]Examples[/]

foveate evaluate fixations --model foveate-s --images photos --fixations fixations

foveate evaluate fixations --model foveate-s --shards data/osie --part val --fit-shards data/osie

foveate evaluate fixations --maps maps --set mit1003 --root MIT1003
{_SETS}"""

LOCALISATION_EPILOG = f"""
[bold]Examples[/]

foveate evaluate localisation --model msroi --model cam --shards data/msrc21 --part val

foveate evaluate localisation --model msroi --set pascal-voc --root VOCdevkit --against cam
{_SETS}"""

ROBUSTNESS_EPILOG = f"""
[bold]Example[/]

foveate evaluate robustness --model menet --model foveate-s --shards data/duts --part test
{_SETS}"""

Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME", help="A model of 'foveate models'; may be repeated."),
]
Maps = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Maps made elsewhere: a grey picture a stem.")
]
Images = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of pictures.")]
Masks = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of objects' masks.")]
SetName = Annotated[
    str | None, typer.Option("--set", metavar="NAME", help="A published set: msra10k, ecssd, ...")
]
Root = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the published set lies.")]
Shards = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of a packed set.")]
Part = Annotated[
    str | None, typer.Option(metavar="NAME", help="Part of the set or of the shards (test).")
]
Keys = Annotated[
    str | None, typer.Option(metavar="PREFIX", help="Only pictures whose names start so.")
]
Count = Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N pictures.")]
Against = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Also the differences to this one, picture by picture."),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object a model, and nothing else.")
]
PerPicture = Annotated[
    bool, typer.Option("--pictures", help="With --json: the numbers of every picture too.")
]


@app.command(epilog=SOD_EPILOG, no_args_is_help=True)
def sod(
    model: Models = None,
    maps: Maps = None,
    images: Images = None,
    masks: Masks = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="From which share of white a mask is object.")
    ] = 0.5,
    set_name: SetName = None,
    root: Root = None,
    shards: Shards = None,
    part: Part = None,
    keys: Keys = None,
    count: Count = None,
    against: Against = None,
    as_json: Json = False,
    pictures: PerPicture = False,
) -> None:
    """Maps against masks of salient objects: F, weighted F, MAE, S, E and precision-recall."""
    from foveate_research.maps.masks import METRICS, measure_masks

    sources = _sources(model, maps)
    _known(against, list(sources))
    asked = Asked(
        images=images,
        masks=masks,
        set_name=set_name,
        root=root,
        shards=shards,
        part=part,
        keys=keys,
        count=count,
        threshold=threshold,
    )
    found_set = asked.with_masks()
    with evaluated.progress(found_set.count) as tick:
        found = measure_masks(found_set, sources, tick=tick)
    rows = evaluated.rows_of(found, found_set, against=against, pictures_too=pictures)
    for row, scores in zip(rows, found.values(), strict=True):
        precision, recall = scores.precision_recall()
        row["precision_recall"] = {
            "precision": evaluated.rounded(precision),
            "recall": evaluated.rounded(recall),
        }
    evaluated.print_rows(rows, METRICS, as_json=as_json)


@app.command(epilog=FIXATIONS_EPILOG, no_args_is_help=True)
def fixations(
    model: Models = None,
    maps: Maps = None,
    images: Images = None,
    fixations: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of fixations (.npy, .txt, .csv, .mat) or density maps."
        ),
    ] = None,
    densities: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of density maps beside fixations.")
    ] = None,
    set_name: SetName = None,
    root: Root = None,
    shards: Shards = None,
    part: Part = None,
    keys: Keys = None,
    count: Count = None,
    prior_sigma: Annotated[
        float, typer.Option(metavar="PX", help="Of the Gaussian that gains are measured beyond.")
    ] = 35.0,
    human_sigma: Annotated[
        float, typer.Option(metavar="PERCENT", help="Blur of fixations, of the picture's width.")
    ] = 3.0,
    seed: Annotated[int, typer.Option(help="Of the negatives that shuffled AUC draws.")] = 0,
    fit_images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Pictures of a training part: also fit maps.")
    ] = None,
    fit_fixations: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Their fixations.")
    ] = None,
    fit_set: Annotated[
        str | None, typer.Option(metavar="NAME", help="A published set with a training part.")
    ] = None,
    fit_root: Annotated[Path | None, typer.Option(metavar="DIR", help="Where it lies.")] = None,
    fit_shards: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Shards of a training part: also fit maps.")
    ] = None,
    fit_part: Annotated[str, typer.Option(metavar="NAME", help="Part to fit on.")] = "train",
    fit_keys: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="Fit on pictures whose names start so.")
    ] = None,
    fit_count: Annotated[
        int, typer.Option(metavar="N", min=1, help="Pictures to fit on, at most.")
    ] = 200,
    against: Against = None,
    as_json: Json = False,
    pictures: PerPicture = False,
) -> None:
    """Maps against where people looked, beside viewers themselves and the centre."""
    from foveate_research.maps.fixations import METRICS, FixationOptions, measure_fixations

    if prior_sigma <= 0 or human_sigma <= 0:
        raise OptionError("--prior-sigma and --human-sigma must be above 0")
    sources = _sources(model, maps)
    _known(against, list(sources))
    asked = Asked(
        images=images,
        fixations=fixations,
        densities=densities,
        set_name=set_name,
        root=root,
        shards=shards,
        part=part,
        keys=keys,
        count=count,
        shard_part="val",
    )
    found_set = asked.with_fixations()
    options = FixationOptions(prior_sigma, human_sigma / 100, seed=seed)
    fit = Asked(
        images=fit_images,
        fixations=fit_fixations,
        set_name=fit_set,
        root=fit_root,
        shards=fit_shards,
        part=fit_part,
        keys=fit_keys,
        count=fit_count,
        prefix="fit-",
    )
    calibrations = _fitted(fit, sources) if fit_images or fit_set or fit_shards else {}
    with evaluated.progress(found_set.count) as tick:
        found = measure_fixations(
            found_set, sources, options=options, calibrations=calibrations, tick=tick
        )
    rows = evaluated.rows_of(found, found_set, against=against, pictures_too=pictures)
    for row in rows:
        row["options"] = asdict(options)
        fitted = calibrations.get(row["name"].removesuffix(", fitted"))
        if fitted is not None and row["name"].endswith(", fitted"):
            row["fitted"] = fitted.to_dict()
    evaluated.print_rows(rows, METRICS, as_json=as_json)


@app.command(epilog=LOCALISATION_EPILOG, no_args_is_help=True)
def localisation(
    model: Models = None,
    maps: Maps = None,
    images: Images = None,
    masks: Masks = None,
    class_masks: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of masks of class indices, 0 for none."),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(metavar="A,B,...", help="The classes' names from index 0 on."),
    ] = None,
    leave_out: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...|stuff", help="Classes not looked for; stuff: sky, grass, ..."
        ),
    ] = None,
    set_name: SetName = None,
    root: Root = None,
    shards: Shards = None,
    part: Part = None,
    keys: Keys = None,
    count: Count = None,
    against: Against = None,
    as_json: Json = False,
    pictures: PerPicture = False,
) -> None:
    """Where maps point: pointing game, energy in mask, and how many of the classes they find."""
    from foveate_research.maps.localisation import METRICS, STUFF, measure_localisation

    sources = _sources(model, maps)
    _known(against, list(sources))
    chosen: PictureSet[Any]
    if class_masks is not None:
        from foveate_research.datasets.folders import class_mask_folders

        if images is None:
            raise OptionError("--class-masks needs --images")
        names = tuple(classes.split(",")) if classes else tuple(map(str, range(255)))
        chosen = class_mask_folders(images, class_masks, names)
        chosen = chosen if count is None else chosen.first(count)
    else:
        asked = Asked(
            images=images,
            masks=masks,
            set_name=set_name,
            root=root,
            shards=shards,
            part=part,
            keys=keys,
            count=count,
            shard_part="val",
        )
        chosen = asked.opened("masks")
    missing = STUFF if leave_out == "stuff" else tuple(filter(None, (leave_out or "").split(",")))
    with evaluated.progress(chosen.count) as tick:
        found = measure_localisation(
            chosen, sources, classes=chosen.classes, leave_out=missing, tick=tick
        )
    rows = evaluated.rows_of(found, chosen, against=against, pictures_too=pictures)
    evaluated.print_rows(rows, METRICS, as_json=as_json)


@app.command(epilog=ROBUSTNESS_EPILOG, no_args_is_help=True)
def robustness(
    model: Models = None,
    images: Images = None,
    masks: Masks = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="From which share of white a mask is object.")
    ] = 0.5,
    set_name: SetName = None,
    root: Root = None,
    shards: Shards = None,
    part: Part = None,
    keys: Keys = None,
    count: Count = None,
    seed: Annotated[int, typer.Option(help="Of noise and drawn levels, beside the names.")] = 0,
    against: Against = None,
    as_json: Json = False,
    pictures: PerPicture = False,
) -> None:
    """F and MAE on pictures with Gaussian noise (0 to 50 of 255) and JPEG (Q 5 to 50)."""
    from foveate_research.maps.masks import METRICS
    from foveate_research.maps.robustness import measure_robustness

    sources = _sources(model, None)
    _known(against, list(sources))
    asked = Asked(
        images=images,
        masks=masks,
        set_name=set_name,
        root=root,
        shards=shards,
        part=part,
        keys=keys,
        count=count,
        threshold=threshold,
    )
    found_set = asked.with_masks()
    with evaluated.progress(found_set.count) as tick:
        found = measure_robustness(found_set, sources, seed=seed, tick=tick)
    rows = [
        row | {"spoiling": spoiling, "seed": seed}
        for spoiling, scores in found.items()
        for row in evaluated.rows_of(scores, found_set, against=against, pictures_too=pictures)
    ]
    evaluated.print_spoilt(rows, METRICS, as_json=as_json)


def _sources(models: list[str] | None, maps: Path | None) -> dict[str, Source]:
    """What is measured, by name: models, and the folder of maps under its own name."""
    from foveate_research.maps.measuring import maps_of_model, maps_on_disk

    names = models or ([] if maps is not None else ["auto"])
    for name in names:
        checked_map(name, "--model", files=False)
    sources: dict[str, Source] = {name: maps_of_model(name) for name in names}
    if maps is not None:
        sources[maps.resolve().name] = maps_on_disk(maps)
    return sources


def _known(name: str | None, names: list[str]) -> None:
    if name is not None and name not in names:
        raise OptionError(f"--against {name}: measured are {', '.join(names)}")


def _fitted(fit: Asked, sources: dict[str, Source]) -> dict[str, Calibration]:
    """The models' numbers fitted on the training part; maps made elsewhere have no maps of it."""
    from foveate_research.maps.calibration import fit_calibrations

    training = fit.with_fixations()
    models: dict[str, Source] = {
        name: source for name, source in sources.items() if callable(source)
    }
    with evaluated.progress(training.count) as tick:
        return fit_calibrations(training, models, tick=tick)
