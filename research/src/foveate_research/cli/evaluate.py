"""`foveate evaluate`: how good maps are beside masks, fixations and classes, also when spoilt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.errors import OptionError
from foveate_research.cli.options import Models, grouped, models_in, names_in
from foveate_research.cli.picture_options import (
    ClassOptions,
    FixationOptions,
    MaskOptions,
    TrainingPart,
)
from foveate_research.cli.results import Results, progress
from foveate_research.cli.score_records import rounded, scores_record, spoilt_record
from foveate_research.cli.score_tables import show_scores, show_spoilt

if TYPE_CHECKING:
    from foveate_research.maps.measuring import Source

EPILOG = """
[bold]Examples[/]

foveate evaluate sod --model foveate-s --images photos --masks masks

foveate evaluate robustness --help
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    epilog=EPILOG,
    help="Measure models, or maps made elsewhere, on a set of pictures with answers.",
)

_SETS = r"""
The pictures are those of two folders, --images with --masks or --fixations; of a published set as
it is laid out, --set NAME --root DIR; or of shards, --shards DIR --part test. Intervals are of 95 %
over pictures; the record has every picture's numbers.
"""

SOD_EPILOG = f"""
[bold]Examples[/]

foveate evaluate sod --model foveate-s --images photos --masks masks

foveate evaluate sod --model foveate-s,menet --set ecssd --root ECSSD --json

foveate evaluate sod --maps maps --shards data/duts --part test --save sod.json
{_SETS}"""

FIXATIONS_EPILOG = f"""
[bold]Examples[/]

foveate evaluate fixations --model foveate-s --images photos --fixations fixations

foveate evaluate fixations --model foveate-s --shards data/osie --part val --fit-shards data/osie

foveate evaluate fixations --maps maps --set mit1003 --root MIT1003
{_SETS}"""

LOCALISATION_EPILOG = f"""
[bold]Examples[/]

foveate evaluate localisation --model msroi,cam --shards data/msrc21 --part val

foveate evaluate localisation --model msroi --set pascal-voc --root VOCdevkit --against cam
{_SETS}"""

ROBUSTNESS_EPILOG = f"""
[bold]Example[/]

foveate evaluate robustness --model menet,foveate-s --shards data/duts --part test
{_SETS}"""


@dataclass(frozen=True, kw_only=True)
class MeasuredModels:
    """The models that are measured, and those that differences are taken to."""

    model: Models = None
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,...", help="Models to which differences are taken, picture by picture."
        ),
    ] = None

    def sources(self) -> dict[str, Source]:
        """What is measured, by name. Raises OptionError."""
        from foveate_research.maps.measuring import maps_of_model

        found = {name: maps_of_model(name) for name in models_in(self.model)} | self._made()
        found = found or {"auto": maps_of_model("auto")}
        for name in self.others:
            if name not in found:
                raise OptionError(f"--against {name}: measured are {', '.join(found)}")
        return found

    @property
    def others(self) -> list[str]:
        """The names of those that differences are taken to."""
        return names_in(self.against)

    def _made(self) -> dict[str, Source]:
        return {}


@dataclass(frozen=True, kw_only=True)
class MeasuredMaps(MeasuredModels):
    """Models, and a folder of maps under its own name."""

    maps: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of maps made elsewhere: grey pictures of the same stems."
        ),
    ] = None

    def _made(self) -> dict[str, Source]:
        from foveate_research.maps.measuring import maps_on_disk

        return {} if self.maps is None else {self.maps.resolve().name: maps_on_disk(self.maps)}


@app.command(epilog=SOD_EPILOG, no_args_is_help=True)
@grouped
def sod(measured: MeasuredMaps, pictures: MaskOptions, results: Results) -> None:
    """Maps against masks of salient objects: F, weighted F, MAE, S, E and precision-recall."""
    from foveate_research.maps.masks import METRICS, measure_masks

    sources, chosen = measured.sources(), pictures.opened()
    results.refuse()
    with progress(chosen.count) as tick:
        found = measure_masks(chosen, sources, tick=tick)
    curves = {name: scores.precision_recall() for name, scores in found.items()}
    record = scores_record(
        *(found, chosen, measured.others),
        precision_recall={
            name: {"precision": rounded(precision), "recall": rounded(recall)}
            for name, (precision, recall) in curves.items()
        },
    )
    results.publish(record, partial(show_scores, metrics=METRICS))


@app.command(epilog=FIXATIONS_EPILOG, no_args_is_help=True)
@grouped
def fixations(
    *,
    measured: MeasuredMaps,
    pictures: FixationOptions,
    training: TrainingPart,
    prior_sigma: Annotated[
        float,
        typer.Option(
            metavar="PX",
            help="Sigma of the central Gaussian that information gain is measured beyond.",
        ),
    ] = 35.0,
    human_sigma: Annotated[
        float, typer.Option(metavar="PERCENT", help="Blur of fixations, of the picture's width.")
    ] = 3.0,
    seed: Annotated[int, typer.Option(help="Seed of the negatives that shuffled AUC draws.")] = 0,
    results: Results,
) -> None:
    """Maps against where people looked, beside viewers themselves and the centre."""
    from foveate_research.maps import fixations as maps
    from foveate_research.maps.calibration import fit_calibrations

    if prior_sigma <= 0 or human_sigma <= 0:
        raise OptionError("--prior-sigma and --human-sigma must be above 0")
    sources, chosen = measured.sources(), pictures.opened()
    results.refuse()
    options = maps.FixationOptions(prior_sigma, human_sigma / 100, seed=seed)
    fitted = {}
    if training.given:  # maps made elsewhere have none of the training part's pictures
        part = training.opened()
        models = {name: source for name, source in sources.items() if callable(source)}
        with progress(part.count) as tick:
            fitted = fit_calibrations(part, models, tick=tick)
    with progress(chosen.count) as tick:
        found = maps.measure_fixations(
            chosen, sources, options=options, calibrations=fitted, tick=tick
        )
    record = scores_record(
        *(found, chosen, measured.others),
        options=asdict(options),
        fitted={maps.fitted_name(name): numbers.to_dict() for name, numbers in fitted.items()},
    )
    results.publish(record, partial(show_scores, metrics=maps.METRICS))


@app.command(epilog=LOCALISATION_EPILOG, no_args_is_help=True)
@grouped
def localisation(
    *,
    measured: MeasuredMaps,
    pictures: ClassOptions,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B,...|stuff",
            help="Classes that are not looked for; 'stuff' stands for sky, grass, ...",
        ),
    ] = None,
    results: Results,
) -> None:
    """Where maps point: pointing game, energy in mask, and how many of the classes they find."""
    from foveate_research.maps.localisation import METRICS, measure_localisation

    sources, chosen = measured.sources(), pictures.opened()
    results.refuse()
    missing = names_in(leave_out)
    if missing == ["stuff"]:
        missing = pictures.stuff()
    with progress(chosen.count) as tick:
        found = measure_localisation(
            chosen, sources, classes=chosen.classes, leave_out=missing, tick=tick
        )
    record = scores_record(
        *(found, chosen, measured.others), general=pictures.general, left_out=missing
    )
    results.publish(record, partial(show_scores, metrics=METRICS))


@app.command(epilog=ROBUSTNESS_EPILOG, no_args_is_help=True)
@grouped
def robustness(
    *,
    measured: MeasuredModels,
    pictures: MaskOptions,
    seed: Annotated[int, typer.Option(help="Seed of the noise and of its drawn levels.")] = 0,
    drawn_only: Annotated[
        bool, typer.Option("--drawn-only", help="Leave out the fixed levels of noise and JPEG.")
    ] = False,
    results: Results,
) -> None:
    """F and MAE on pictures with Gaussian noise (0 to 50 of 255) and JPEG (Q 5 to 50)."""
    from foveate_research.maps.masks import METRICS
    from foveate_research.maps.robustness import DRAWN, SPOILINGS, measure_robustness

    sources, chosen = measured.sources(), pictures.opened()
    results.refuse()
    with progress(chosen.count) as tick:
        ways = DRAWN if drawn_only else SPOILINGS
        found = measure_robustness(chosen, sources, spoilings=ways, seed=seed, tick=tick)
    record = spoilt_record(found, chosen, measured.others, seed=seed)
    results.publish(record, partial(show_spoilt, metrics=METRICS))
