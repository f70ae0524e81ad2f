"""`foveate tune`: searches and fits of Foveate's own constants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.cli.option_values import checked_map
from foveate.errors import OptionError
from foveate_research.cli.options import Workers, grouped, models_in, need
from foveate_research.cli.results import Results, progress
from foveate_research.cli.tables import show_record

EPILOG = r"""
[bold]Examples[/]

foveate tune encoder --tune eyes --data data --trials 24 --save results/tuning-eyes.json

foveate tune avif --data data --save results/tuning-avif.json

foveate tune map --data data --save results/map-fit.json

foveate tune steering --data data --save results/steering-fit.json

foveate tune weights --data data/gaze-more --save results/weight-curve.json

The constants are printed, not entered: their places in the source name the record that has them.
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    epilog=EPILOG,
    help="Search or fit the constants that Foveate ships with.",
)

Sets = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the sets.")]


@app.command()
@grouped
def encoder(
    *,
    data: Sets,
    tune: Annotated[
        str,
        typer.Option(metavar="fidelity|eyes|vision", help="Tuning whose constants are searched."),
    ],
    map: Annotated[str, typer.Option(metavar="NAME", help="The map that steers.")] = "auto",
    trials: Annotated[int, typer.Option(metavar="N", min=1, help="Constants to try.")] = 150,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Use every N-th picture of tuning and photos.")
    ] = 3,
    spread: Annotated[
        float, typer.Option(metavar="SHARE", help="First step of the search, of each range.")
    ] = 0.06,
    workers: Workers = 2,
    results: Results,
) -> None:
    """CMA-ES over the encoder's constants: quality where people look, other metrics guarded."""
    need("tune encoder", "bench", "optuna", "cmaes", "pyvips")
    from foveate_research.tuning import encoder, eye_encoder
    from foveate_research.tuning.study import Search

    if tune not in (*encoder.AIMS, "vision"):
        raise OptionError(f"--tune {tune}: there are {', '.join(encoder.AIMS)} and vision")
    checked_map(map, "--map", files=False)
    results.refuse()
    search = Search(trials=trials, every=every, spread=spread, workers=workers)
    with progress(trials) as tick:
        if tune == "vision":
            record = eye_encoder.tuned(data, search, map_name=map, tick=tick)
        else:
            record = encoder.tuned(tune, data, search, map_name=map, tick=tick)
    results.publish(record, show_record)


@app.command()
@grouped
def map(*, data: Sets, results: Results) -> None:
    """What foveate-s's outputs become: its size, the mask's weight, the ends of confidence."""
    from foveate_research.tuning.map import STEPS, map_fit

    results.refuse()
    with progress(STEPS) as tick:
        record = map_fit(data, tick=tick)
    results.publish(record, show_record)


@app.command()
@grouped
def salnet(*, data: Sets, results: Results) -> None:
    """How sure SalNet's map is: the ends of its confidence."""
    from foveate_research.tuning.salnet import STEPS, salnet_fit

    results.refuse()
    with progress(STEPS) as tick:
        record = salnet_fit(data, tick=tick)
    results.publish(record, show_record)


@app.command()
@grouped
def steering(*, data: Sets, results: Results) -> None:
    """How broad foveate-s's map is, how much of it is the centre, and how far it is believed."""
    from foveate_research.tuning.steering import steering_fit

    results.refuse()
    with progress(None) as tick:
        record = steering_fit(data, tick=tick)
    results.publish(record, show_record)


@app.command()
@grouped
def quick(
    *,
    data: Sets,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Use every N-th picture of both sets.")
    ] = 1,
    results: Results,
) -> None:
    """How few pixels foveate-s may look at where the effort is fast."""
    from foveate_research.tuning.quick import quick_fit

    results.refuse()
    with progress(None) as tick:
        record = quick_fit(data, tick=tick, every=every)
    results.publish(record, show_record)


@app.command()
@grouped
def windows(
    *,
    data: Sets,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Use every N-th picture of both sets.")
    ] = 1,
    results: Results,
) -> None:
    """How sharp the map is that places crops, and what it costs to avoid cuts."""
    from foveate_research.tuning.windows import STEPS, fit_windows

    results.refuse()
    with progress(STEPS) as tick:
        record = fit_windows(data, tick=tick, every=every)
    results.publish(record, show_record)


@app.command()
@grouped
def weights(
    *,
    data: Annotated[Path, typer.Option(metavar="DIR", help="A set's shards with fixations.")],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Model whose curve is fitted.")
    ] = "foveate-s-gaze",
    controls: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,...", help="Models whose confidence is fitted to the curve."),
    ] = None,
    results: Results,
) -> None:
    """The curve from a block's rank in the map to its weight, on the val part's fixations."""
    from foveate_research.tuning.weight_curve import CONTROLS, weight_curve

    checked_map(model, "--model", files=False)
    others = models_in(controls, "--controls") or CONTROLS
    results.refuse()
    with progress(1 + len(others)) as tick:
        record = weight_curve(data, model, others, tick=tick)
    results.publish(record, show_record)


@app.command()
@grouped
def targets(
    *,
    data: Sets,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Use every N-th picture of photos and tuning.")
    ] = 4,
    results: Results,
) -> None:
    """How files answer to scale, lambda and the map, from which the searches' guesses come."""
    from foveate_research.tuning.targets import target_facts

    results.refuse()
    with progress(None) as tick:
        record = target_facts(data, tick=tick, every_nth=every)
    results.publish(record, show_record)


@app.command()
@grouped
def avif(
    *,
    data: Sets,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Use every N-th picture of tuning.")
    ] = 7,
    results: Results,
) -> None:
    """How far the map should move libaom's steps: AVIF at several powers of the weights."""
    from foveate_research.tuning.avif import avif_fit

    results.refuse()
    with progress(None) as tick:
        record = avif_fit(data, every=every, tick=tick)
    results.publish(record, show_record)
