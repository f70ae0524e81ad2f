"""Figures as PNG and SVG: pictures in a grid, curves side by side, bars in groups."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.pictures import write_atomically
from foveate_research.intervals import Estimate

DOTS_PER_INCH = 150
PANEL_SIDE = 320  # pixels of a picture's longer side in a grid
PANEL_INCHES = 2.1
CURVE_INCHES = (4.2, 3.4)
CURVES_A_ROW = 3
TALLEST = 0.9  # of a row of panels, in widths: upright pictures are drawn narrower


@dataclass(frozen=True)
class Panel:
    """One place of a grid: (H, W, 3) uint8, or (H, W) in [0, 1] drawn grey; None is left empty."""

    pixels: npt.NDArray[Any] | None
    title: str = ""


@dataclass(frozen=True)
class Curves:
    """One plot: each line's name with its x and y values."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    marked: bool = False  # a mark at each value, where there are few


def grid(rows: Sequence[Sequence[Panel]], *, titles: Sequence[str] = ()) -> Any:
    """A matplotlib figure of rows of panels; `titles` stand above the columns."""
    columns = max(len(row) for row in rows)
    shapes = [
        [(1.0 if panel.pixels is None else _ratio(panel.pixels)) for panel in row] for row in rows
    ]
    heights = [min(max(row), TALLEST) for row in shapes]
    line = 0.16  # inches for a panel's own title
    titled = any(panel.title for row in rows for panel in row)
    height = sum(heights) * PANEL_INCHES + len(rows) * (line if titled else 0.05) + 0.3
    figure = _figure((columns * PANEL_INCHES + 0.1, height))
    axes = figure.subplots(
        len(rows), columns, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for row, places in zip(rows, axes, strict=True):
        for index, axis in enumerate(places):
            axis.axis("off")
            if index < len(row):
                _draw(axis, row[index])
    for axis, title in zip(axes[0], titles, strict=False):
        axis.set_title(title, fontsize=9)
    figure.subplots_adjust(
        left=0.01,
        right=0.99,
        top=1 - 0.25 / height,
        bottom=0.03 / height,
        wspace=0.03,
        hspace=0.12 if titled else 0.03,
    )
    return figure


def plots(curves: Sequence[Curves]) -> Any:
    """A matplotlib figure of plots, three a row, with one legend for all."""
    columns = min(len(curves), CURVES_A_ROW)
    rows = -(-len(curves) // columns)
    names = list(dict.fromkeys(name for plot in curves for name in plot.lines))
    legend = 0.15 + 0.2 * -(-len(names) // (2 * columns))  # inches
    width, height = columns * CURVE_INCHES[0], rows * CURVE_INCHES[1] + legend
    figure = _figure((width, height))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    shades = {name: _shade(index) for index, name in enumerate(names)}
    handles: dict[str, Any] = {}
    for axis in axes[len(curves) :]:
        axis.axis("off")
    for plot, axis in zip(curves, axes, strict=False):
        for name, (x, y) in plot.lines.items():
            style = {"marker": "o", "markersize": 3} if plot.marked else {}
            handles[name] = axis.plot(x, y, label=name, lw=1.4, **shades[name], **style)[0]
        axis.set_title(plot.title, fontsize=10)
        axis.set_xlabel(plot.x_label, fontsize=9)
        axis.set_ylabel(plot.y_label, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(visible=True, alpha=0.3)
        if plot.x_range is not None:
            axis.set_xlim(*plot.x_range)
        if plot.y_range is not None:
            axis.set_ylim(*plot.y_range)
    figure.legend(
        list(handles.values()),
        list(handles),
        loc="lower center",
        ncols=min(len(handles), 2 * columns),
        fontsize=8,
        frameon=False,
    )
    figure.tight_layout(rect=(0, legend / height, 1, 1))
    return figure


def bars(
    groups: Sequence[str], values: Mapping[str, Sequence[Estimate]], *, title: str = ""
) -> Any:
    """A matplotlib figure of bars lying side by side in groups, with their intervals.

    values: each series' name with an estimate a group. Groups run downwards, a line each.
    """
    legend = 0.3  # inches
    height = 0.8 + legend + 0.18 * len(groups) * (len(values) + 0.6)
    figure = _figure((7.0, height))
    axis = figure.subplots()
    thickness = 0.8 / max(len(values), 1)
    for index, (name, estimates) in enumerate(values.items()):
        places = [group + (index + 0.5) * thickness - 0.4 for group in range(len(groups))]
        means = [each.mean for each in estimates]
        reach = [[e.mean - e.low for e in estimates], [e.high - e.mean for e in estimates]]
        axis.barh(places, means, thickness, label=name, xerr=reach, error_kw={"lw": 0.8})
    axis.set_yticks(range(len(groups)), groups, fontsize=8)
    axis.invert_yaxis()
    axis.axvline(0, color="black", lw=0.8)
    axis.grid(visible=True, axis="x", alpha=0.3)
    axis.tick_params(labelsize=8)
    axis.set_title(title, fontsize=10)
    figure.legend(loc="lower center", ncols=max(len(values), 1), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, legend / height, 1, 1))
    return figure


def save_figure(figure: Any, stem: Path, *, overwrite: bool) -> list[Path]:
    """Write STEM.png and STEM.svg; returns the paths. Raises OutputError."""
    import matplotlib

    paths = []
    # the salt and the missing date make the same figure the same file
    with matplotlib.rc_context({"svg.hashsalt": "foveate"}):
        for suffix, facts in ((".png", {}), (".svg", {"Date": None})):
            drawn = io.BytesIO()
            figure.savefig(drawn, format=suffix[1:], dpi=DOTS_PER_INCH, metadata=facts)
            path = stem.with_name(stem.name + suffix)
            write_atomically(path, drawn.getvalue(), overwrite=overwrite)
            paths.append(path)
    return paths


def reduced(pixels: npt.NDArray[np.uint8], side: int = PANEL_SIDE) -> npt.NDArray[np.uint8]:
    """A picture at most `side` pixels long."""
    height, width = pixels.shape[:2]
    share = min(1.0, side / max(height, width))
    size = max(1, round(width * share)), max(1, round(height * share))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _shade(index: int) -> dict[str, str]:
    """Ten colours, then the same ten dashed."""
    return {"color": f"C{index % 10}", "linestyle": "-" if index < 10 else "--"}


def _draw(axis: Any, panel: Panel) -> None:
    if panel.pixels is not None:
        if panel.pixels.ndim == 2:
            axis.imshow(panel.pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        else:
            axis.imshow(reduced(panel.pixels), interpolation="antialiased")
    if panel.title:
        axis.set_title(panel.title, fontsize=7, pad=2)


def _ratio(pixels: npt.NDArray[Any]) -> float:
    return float(pixels.shape[0] / pixels.shape[1])


def _figure(inches: tuple[float, float]) -> Any:
    """A figure of its own, drawn without a screen: no state of pyplot is touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches)
    FigureCanvasAgg(figure)
    return figure
