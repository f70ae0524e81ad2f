"""`foveate reproduce` for the papers' tables and figures of maps, beside what Foveate's reach."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.batch import print_json
from foveate.cli.inputs import found_inputs, make_folder, refuse_existing
from foveate.cli.options import checked_map
from foveate.errors import OptionError, printable

if TYPE_CHECKING:
    from foveate_research.intervals import Estimate
    from foveate_research.papers.menet_sets import MaskSet
    from foveate_research.papers.menet_tables import Table

SETS_EPILOG = r"""
--root DIR holds the published sets in folders DUT-OMRON, HKU-IS, ECSSD, MSRA1K or MSRA10K, SOD and
DUTS: those that are there are measured. Figures are written as PNG and SVG.
Needs the evaluate extra: pip install 'foveate\[evaluate]'
"""
PICTURES_EPILOG = r"""
Figures are written as PNG and SVG.
Needs the evaluate extra: pip install 'foveate\[evaluate]'
"""
TABLES = ("menet-table1", "menet-table2", "menet-table3", "menet-table4")
CURVES = ("menet-figure6", "menet-figure8")
_CELL = 12  # columns of the terminal that a number with its heading takes, about

Root = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the published sets.")]
Shards = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of one set packed as shards.")
]
Part = Annotated[str, typer.Option(help="Part of the shards to measure on.")]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME", help="Model to measure; may be repeated."),
]
Count = Annotated[
    int | None, typer.Option(metavar="N", help="Only the first N pictures of each set.")
]
Pictures = Annotated[
    list[str], typer.Argument(metavar="PICTURE...", help="Pictures, or folders of them.")
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="STEM", help="Figure's name without .png and .svg."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace figures.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]


def table_command(name: str) -> Callable[..., None]:
    """The command that prints a table of the MEnet paper beside ours."""

    def command(
        root: Root = None,
        shards: Shards = None,
        part: Part = "test",
        model: Models = None,
        count: Count = None,
        as_json: AsJson = False,
    ) -> None:
        _check(model, count)
        _print_table(name, _sets(name, root, shards, part, count), model, as_json=as_json)

    return command


def curves_command(name: str) -> Callable[..., None]:
    """The command that draws curves of the MEnet paper from our networks."""

    def command(
        root: Root = None,
        shards: Shards = None,
        part: Part = "test",
        model: Models = None,
        count: Count = None,
        output: Output = None,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> None:
        _check(model, count)
        stem = _free_stem(name, output, overwrite=overwrite)
        facts, figure = _curves(name, _sets(name, root, shards, part, count), model)
        _write(figure, facts, stem, overwrite=overwrite, as_json=as_json)

    return command


def pictures_command(name: str) -> Callable[..., None]:
    """The command that draws a figure of maps of the reader's own pictures."""

    def command(
        pictures: Pictures,
        model: Models = None,
        count: Count = None,
        output: Output = None,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> None:
        _draw(name, pictures, model, count, None, output, overwrite=overwrite, as_json=as_json)

    return command


def msroi_figure2(
    pictures: Pictures,
    model: Models = None,
    count: Count = None,
    fixations: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Fixations of the pictures.")
    ] = None,
    output: Output = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Figure 2 of the MS-ROI paper: people's fixations, CAM and MS-ROI side by side."""
    _draw(
        *("msroi-figure2", pictures, model, count, fixations, output),
        overwrite=overwrite,
        as_json=as_json,
    )


def _draw(
    name: str,
    pictures: list[str],
    models: list[str] | None,
    count: int | None,
    fixations: Path | None,
    output: Path | None,
    *,
    overwrite: bool,
    as_json: bool,
) -> None:
    _check(models, count)
    stem = _free_stem(name, output, overwrite=overwrite)
    facts, figure = _shown(name, _paths(pictures)[:count], models, fixations)
    _write(figure, facts, stem, overwrite=overwrite, as_json=as_json)


def _check(models: list[str] | None, count: int | None) -> None:
    for name in models or []:
        checked_map(name, "--model", files=False)
    if count is not None and count < 1:
        raise OptionError("--count must be at least 1")


def _free_stem(name: str, output: Path | None, *, overwrite: bool) -> Path:
    """Where a figure goes; OutputError where a file is in the way."""
    stem = output if output is not None else Path(name)
    for suffix in (".png", ".svg"):
        refuse_existing(stem.with_name(stem.name + suffix), overwrite=overwrite)
    return stem


def _paths(names: list[str]) -> list[Path]:
    """The pictures named and those in the folders named; PictureError where there are none."""
    found = found_inputs(names)
    for item in found:
        if item.error is not None:
            raise item.error
    return [item.path for item in found]


def _sets(
    experiment: str, root: Path | None, shards: Path | None, part: str, count: int | None
) -> dict[str, MaskSet]:
    if (root is None) == (shards is None):
        raise OptionError(f"{experiment}: give either --root or --shards")
    from foveate_research.papers.menet_sets import packed_set, sets_below

    if shards is not None:
        found = packed_set(shards, part)
    else:
        assert root is not None
        found = sets_below(root)
    return {name: of if count is None else of.first(count) for name, of in found.items()}


def _print_table(
    name: str, sets: dict[str, MaskSet], models: list[str] | None, *, as_json: bool
) -> None:
    from foveate_research.papers.menet_tables import reproduce_table

    with _progress(sets) as tick:
        table = reproduce_table(name, sets, models, tick=tick)
    if as_json:
        print_json(table.to_dict())
        return
    _show(table)


def _show(table: Table) -> None:
    """The printed rows and ours; ours again with intervals; differences; notes."""
    from foveate.cli.terminal import console
    from foveate.cli.terminal import table as new_table

    out = console()
    a_table = max(1, (out.width - 2 - len(_widest(table))) // (_CELL * len(table.metrics)))
    for start in range(0, len(table.columns), a_table):
        sets = table.columns[start : start + a_table]
        columns = [(name, metric) for name in sets for metric in table.metrics]
        rows = new_table(table.name, *(f"{name}\n{metric}" for name, metric in columns))
        for method, printed in table.printed.items():
            cells = (printed.get(name, {}).get(key) for name, key in columns)
            rows.add_row(method, *map(_number, cells))
        rows.add_section()
        for model, ours in table.ours.items():
            found = (ours.get(name, {}).get(key) for name, key in columns)
            means = (None if value is None else value.mean for value in found)
            rows.add_row(_title(model), *map(_number, means), style="bold")
        out.print(rows)
    for model, ours in table.ours.items():
        for name, measured in ours.items():
            told = [f"{key} {_with_interval(value)}" for key, value in measured.items()]
            out.print(f"{model}, {name}: {', '.join(told)}", soft_wrap=True)
    for difference in table.differences:
        out.print(
            f"{difference.first} minus {difference.second}, {difference.set_name}, "
            f"{difference.metric}: {_with_interval(difference.estimate, sign='+')}",
            soft_wrap=True,
        )
    _print_notes(table.notes)


def _title(model: str) -> str:
    return f"ours: {model}"


def _widest(table: Table) -> str:
    """The longest name of a row."""
    return max((*table.printed, *map(_title, table.ours)), key=len)


def _with_interval(value: Estimate, *, sign: str = "") -> str:
    """The mean and its 95 % interval."""
    mean, low, high = (f"{number:{sign}.3f}" for number in (value.mean, value.low, value.high))
    return f"{mean} [{low}, {high}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _curves(
    name: str, sets: dict[str, MaskSet], models: list[str] | None
) -> tuple[dict[str, Any], Any]:
    from foveate_research.papers.menet_figures import figure6, figure8

    draw = figure6 if name == "menet-figure6" else figure8
    with _progress(sets) as tick:
        drawn = draw(sets, models, tick=tick)
    return drawn.to_dict(), drawn.figure


def _shown(
    name: str, pictures: list[Path], models: list[str] | None, fixations: Path | None
) -> tuple[dict[str, Any], Any]:
    from foveate.models.registry import get_model
    from foveate_research.papers import menet_figures, msroi_figures
    from foveate_research.papers.menet_tables import default_models, trained_on

    wanted = {
        "menet-figure7": menet_figures.MODELS["menet-figure7"],
        "msroi-figure2": msroi_figures.FIGURE2_MODELS,
        "msroi-figure3": msroi_figures.FIGURE3_MODELS,
    }[name]
    chosen = models or default_models(wanted)
    if name == "menet-figure7":
        figure = menet_figures.figure7(pictures, chosen)
    elif name == "msroi-figure2":
        figure = msroi_figures.figure2(pictures, chosen, fixations=fixations)
    else:
        figure = msroi_figures.figure3(pictures, chosen)
    notes = [f"{model}: {trained_on(get_model(model))}" for model in chosen]
    return {
        "experiment": name,
        "pictures": [path.name for path in pictures],
        "notes": notes,
    }, figure


def _write(
    figure: Any, facts: dict[str, Any], stem: Path, *, overwrite: bool, as_json: bool
) -> None:
    from foveate_research.papers.figures import save_figure

    make_folder(stem.parent)
    files = [str(path) for path in save_figure(figure, stem, overwrite=overwrite)]
    if as_json:
        print_json(facts | {"files": files})
        return
    for path in files:
        typer.echo(f"written: {printable(path)}")
    _print_notes(facts["notes"])


def _print_notes(notes: list[str]) -> None:
    from foveate.cli.terminal import console

    for note in notes:
        console().print(note, style="dim", soft_wrap=True)


def _progress(sets: dict[str, MaskSet]) -> AbstractContextManager[Callable[[str], None]]:
    """On a terminal a bar on stderr that goes away when done; silence in a pipe."""
    if not sys.stderr.isatty():
        return nullcontext(lambda name: None)
    from foveate.cli.terminal import progress_bar

    return progress_bar(sum(pictures.count or 0 for pictures in sets.values()))
