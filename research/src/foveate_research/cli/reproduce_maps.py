"""`foveate reproduce` for the papers' tables and figures of maps, beside what Foveate's reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.input_files import found_inputs
from foveate.errors import OptionError
from foveate_research.cli.options import Count, Models, grouped, models_in
from foveate_research.cli.picture_options import ClassOptions
from foveate_research.cli.results import Results, Stem, progress
from foveate_research.cli.tables import Cells, number, print_cells, print_notes

if TYPE_CHECKING:
    from foveate_research.intervals import Estimate
    from foveate_research.papers.menet_sets import MaskSet
    from foveate_research.papers.menet_tables import Table

SETS_EPILOG = """
--root DIR holds the published sets in folders DUT-OMRON, HKU-IS, ECSSD, MSRA1K or MSRA10K, SOD and
DUTS: those that are there are measured. Figures are written as PNG and SVG.
"""
THRESHOLDS_EPILOG = """
[bold]Example[/]

foveate reproduce msroi-thresholds --shards data/msrc21 --save results/msroi-thresholds.json
"""
GRIDS_EPILOG = """
[bold]Example[/]

foveate reproduce menet-figure5 --shards data/duts --count 8 --model menet,foveate-s-mask

--count is of each set. A network of your own, such as U²-Net, is drawn too once
`foveate models add` knows it and --model names it. Figures are written as PNG and SVG.
"""
SLIDES_EPILOG = """
[bold]Example[/]

foveate reproduce msroi-slides kodim23.png --model cam-lite --model msroi-lite

The first model's five likeliest classes of objects have a map each, titled with its correlation
with the likeliest one's; the other models have their own. Figures are written as PNG and SVG.
"""
PICTURES_EPILOG = """
Figures are written as PNG and SVG.
"""
TABLES = ("menet-table1", "menet-table2", "menet-table3", "menet-table4")
CURVES = ("menet-figure6", "menet-figure8")
GRIDS = {
    "menet-figure1": "Figure 1 of the MEnet paper: its maps beside pictures and their objects.",
    "menet-figure4": "Figure 4 of the MEnet paper: distances in colour, and in the learned space.",
    "menet-figure5": "Figure 5 of the MEnet paper: maps of several methods side by side.",
}
PACKAGES = ("foveate", "numpy", "onnxruntime", "Pillow")


@dataclass(frozen=True, kw_only=True)
class SetOptions:
    """Published sets below one folder, or one set packed as shards."""

    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the published sets.")
    ] = None
    shards: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of one set packed as shards.")
    ] = None
    part: Annotated[str, typer.Option(help="Part of the shards to measure on.")] = "test"
    count: Count = None

    def opened(self) -> dict[str, MaskSet]:
        """The sets by name, each of its first pictures. Raises OptionError, DatasetError."""
        from foveate_research.papers.menet_sets import packed_set, sets_below

        if self.shards is not None and self.root is None:
            found = packed_set(self.shards, self.part)
        elif self.root is not None and self.shards is None:
            found = sets_below(self.root)
        else:
            raise OptionError("give either --root or --shards")
        if self.count is None:
            return found
        return {name: pictures.first(self.count) for name, pictures in found.items()}


def table_command(name: str) -> Callable[..., None]:
    """The command that prints a table of the MEnet paper beside ours."""

    @grouped
    def command(*, sets: SetOptions, model: Models = None, results: Results) -> None:
        from foveate_research.papers.menet_tables import reproduce_table
        from foveate_research.records import head

        models, opened = models_in(model), sets.opened()
        results.refuse()
        with progress(_count(opened)) as tick:
            table = reproduce_table(name, opened, models or None, tick=tick)
        results.publish(head(PACKAGES) | table.to_dict(), lambda _: _show(table))

    return command


def curves_command(name: str) -> Callable[..., None]:
    """The command that draws curves of the MEnet paper from our networks."""

    @grouped
    def command(
        *, sets: SetOptions, model: Models = None, output: Stem = Path(name), results: Results
    ) -> None:
        from foveate_research.papers.menet_figures import figure6, figure8
        from foveate_research.records import head

        models, opened = models_in(model), sets.opened()
        results.refuse(output)
        draw = figure6 if name == "menet-figure6" else figure8
        with progress(_count(opened)) as tick:
            drawn = draw(opened, models or None, tick=tick)
        results.publish(head(PACKAGES) | drawn.to_dict(), _show_notes, drawn.figure, output)

    return command


def grid_command(name: str) -> Callable[..., None]:
    """The command that draws pictures of sets, their objects and maps."""

    @grouped
    def command(
        *, sets: SetOptions, model: Models = None, output: Stem = Path(name), results: Results
    ) -> None:
        from foveate.models.registry import get_model
        from foveate_research.papers.menet_grids import MODELS, drawn
        from foveate_research.papers.menet_tables import default_models, trained_on
        from foveate_research.records import head

        models, opened = models_in(model), sets.opened()
        results.refuse(output)
        chosen = models or default_models(MODELS[name])
        with progress(_count(opened)) as tick:
            figure = drawn(name, opened, chosen, tick=tick)
        notes = [f"{model}: {trained_on(get_model(model))}" for model in chosen]
        record = head(PACKAGES) | {"experiment": name, "notes": notes}
        results.publish(record, _show_notes, figure, output)

    return command


Pictures = Annotated[
    list[str], typer.Argument(metavar="PICTURE...", help="Pictures, or folders of them.")
]


def pictures_command(name: str) -> Callable[..., None]:
    """The command that draws a figure of maps of the reader's own pictures."""

    @grouped
    def command(
        *,
        pictures: Pictures,
        model: Models = None,
        count: Count = None,
        output: Stem = Path(name),
        results: Results,
    ) -> None:
        _draw(name, pictures, models_in(model), count, output, results)

    return command


@grouped
def msroi_figure2(
    *,
    pictures: Pictures,
    model: Models = None,
    count: Count = None,
    fixations: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Fixations of the pictures.")
    ] = None,
    output: Stem = Path("msroi-figure2"),
    results: Results,
) -> None:
    """Figure 2 of the MS-ROI paper: people's fixations, CAM and MS-ROI side by side."""
    _draw(
        *("msroi-figure2", pictures, models_in(model), count, output, results), fixations=fixations
    )


@grouped
def msroi_thresholds(*, pictures: ClassOptions, model: Models = None, results: Results) -> None:
    """How many classes are over their thresholds, whose maps equation 5 of MS-ROI sums."""
    from foveate_research.papers.msroi_thresholds import MODELS, thresholds_record

    models = models_in(model)
    general = replace(pictures, general=True)
    chosen = general.opened()
    results.refuse()
    with progress(chosen.count) as tick:
        record = thresholds_record(chosen, models or MODELS, stuff=general.stuff(), tick=tick)
    results.publish(record, _show_thresholds)


def _draw(
    name: str,
    pictures: list[str],
    models: list[str],
    count: int | None,
    output: Path,
    results: Results,
    **options: Any,
) -> None:
    from foveate.models.registry import get_model
    from foveate_research.papers import menet_figures, msroi_figures
    from foveate_research.papers.menet_tables import default_models, trained_on
    from foveate_research.records import head

    experiments: dict[str, tuple[Sequence[str], Callable[..., Any]]] = {
        "menet-figure7": (menet_figures.MODELS["menet-figure7"], menet_figures.figure7),
        "msroi-figure2": (msroi_figures.FIGURE2_MODELS, msroi_figures.figure2),
        "msroi-figure3": (msroi_figures.FIGURE3_MODELS, msroi_figures.figure3),
        "msroi-slides": (msroi_figures.SLIDES_MODELS, msroi_figures.slides),
    }
    wanted, draw = experiments[name]
    results.refuse(output)
    paths = _paths(pictures)[:count]
    chosen = models or default_models(wanted)
    figure = draw(paths, chosen, **options)
    record = head(PACKAGES) | {
        "experiment": name,
        "pictures": [path.name for path in paths],
        "notes": [f"{model}: {trained_on(get_model(model))}" for model in chosen],
    }
    results.publish(record, _show_notes, figure, output)


def _paths(names: list[str]) -> list[Path]:
    """The pictures named and those in the folders named; PictureError where there are none."""
    found = found_inputs(names)
    for item in found:
        if item.error is not None:
            raise item.error
    return [item.path for item in found]


def _count(sets: Mapping[str, MaskSet]) -> int:
    return sum(pictures.count or 0 for pictures in sets.values())


def _show(table: Table) -> None:
    """The printed rows and ours; ours again with intervals; differences; notes."""
    columns = {
        f"{name} {metric}": f"{name}\n{metric}"
        for name in table.columns
        for metric in table.metrics
    }

    def cells(of_set: Mapping[str, Mapping[str, float | None]]) -> dict[str, str]:
        return {
            f"{name} {metric}": number("ssim", value)
            for name, values in of_set.items()
            for metric, value in values.items()
        }

    rows: Cells = [(method, cells(printed)) for method, printed in table.printed.items()]
    for model, ours in table.ours.items():
        means = {name: {key: of.mean for key, of in each.items()} for name, each in ours.items()}
        rows.append((f"ours: {model}", cells(means)))
    print_cells(table.name, rows, columns)
    notes = []
    for model, ours in table.ours.items():
        for name, measured in ours.items():
            told = ", ".join(f"{metric} {_interval(value)}" for metric, value in measured.items())
            notes.append(f"{model}, {name}: {told}")
    for each in table.differences:
        value = _interval(each.estimate, sign="+")
        notes.append(f"{each.first} minus {each.second}, {each.set_name}, {each.metric}: {value}")
    print_notes([*notes, *table.notes])


def _interval(value: Estimate, *, sign: str = "") -> str:
    """The mean and its 95 % interval."""
    mean, low, high = (f"{number:{sign}.3f}" for number in (value.mean, value.low, value.high))
    return f"{mean} [{low}, {high}]"


def _show_thresholds(record: dict[str, Any]) -> None:
    titles = {"pictures": "all pictures", "of_two_or_more_objects": "of two objects or more"}
    found = record["classes_over_threshold"]
    counts = sorted({count for of in found.values() for each in of.values() for count in each})
    cells: Cells = [
        (f"{model}, {titles[kind]}", {count: str(each.get(count, 0)) for count in counts})
        for model, of in found.items()
        for kind, each in of.items()
    ]
    print_cells("classes over their thresholds", cells, {count: count for count in counts})


def _show_notes(record: dict[str, Any]) -> None:
    print_notes(record["notes"])
