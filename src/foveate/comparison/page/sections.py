"""The page's parts as HTML. `escape` is called on every text that comes from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from foveate.comparison.measured import Comparison
from foveate.comparison.page.colours import (
    error_palette,
    heat_palette,
    legend,
    painted_errors,
    scale_end,
)
from foveate.comparison.page.error_maps import ERROR_KINDS, ErrorKind, Errors
from foveate.comparison.page.shown_pictures import Shown, data_uri
from foveate.comparison.page.spots import Spot
from foveate.comparison.rows import Row, map_rows, size_rows, whole_picture_rows
from foveate.metrics.quality import METRICS
from foveate.saliency import SaliencyMap

_ARROWS = {"higher": "↑", "lower": "↓"}
_LABELS = {metric.name: metric.label for metric in METRICS}


def heading(names: Sequence[str], comparison: Comparison) -> dict[str, str]:
    """The page's title, heading and facts. `names` are the original's, then those of the copies."""
    copies = "1 copy" if len(names) == 2 else f"{len(names) - 1} copies"
    original = escape(names[0])
    facts = [f"{comparison.width:,} × {comparison.height:,} pixels"]
    if comparison.original_bytes is not None:
        facts.append(f"original {comparison.original_bytes:,} bytes")
    facts.append(f"map {escape(comparison.map)}, confidence {comparison.confidence:.2f}")
    return {
        "title": f"{original} and {copies}",
        "heading": f"{original} <span>and {copies}</span>",
        "facts": " · ".join(facts),
    }


def slider(names: Sequence[str], shown: Sequence[Shown]) -> dict[str, str]:
    """The slider's layers, and what can be chosen for its left and right side.

    At first the original shows on the left and the first copy on the right.
    """
    layers = []
    for index, (name, picture) in enumerate(zip(names, shown, strict=True)):
        state = _LAYER_STATES[min(index, 2)]
        source = data_uri(picture.data, picture.media_type)
        alt = _title(index, name)
        layers.append(f'<img {state} data-key="{index}" alt="{alt}" src="{source}">')
    return {
        "layers": "\n".join(layers),
        "left_options": _options(names, chosen=0),
        "right_options": _options(names, chosen=1),
        "left_name": _title(0, names[0]),
        "right_name": _title(1, names[1]),
    }


_LAYER_STATES = ('class="layer"', 'class="layer right"', 'class="layer" hidden')


def _options(names: Sequence[str], *, chosen: int) -> str:
    return "".join(
        f'<option value="{index}"{" selected" if index == chosen else ""}>{_title(index, name)}'
        "</option>"
        for index, name in enumerate(names)
    )


def _title(index: int, name: str) -> str:
    return f"original: {escape(name)}" if index == 0 else escape(name)


def table(names: Sequence[str], comparisons: Sequence[Comparison]) -> str:
    """The table of sizes and metrics, with a column for each copy."""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    groups = (
        ("", size_rows(comparisons)),
        ("Over the whole picture", whole_picture_rows(comparisons)),
        ("By the map: where people look", map_rows(comparisons)),
    )
    bodies = "\n".join(_group(title, rows, len(names)) for title, rows in groups if rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Measured numbers">'
        f'<table>\n<thead><tr><th scope="col">Measure</th>{heads}</tr></thead>\n{bodies}\n'
        "</table></div>"
    )


def _group(title: str, rows: Sequence[Row], columns: int) -> str:
    head = ""
    if title:
        head = (
            f'<tr><th class="group" scope="rowgroup">{title}</th><td colspan="{columns}"></td></tr>'
        )
    return f"<tbody>{head}{''.join(map(_row, rows))}</tbody>"


def _row(row: Row) -> str:
    told = ", ".join(filter(None, (row.unit, row.domain)))
    better = f'<span title="{row.better} is better">{_ARROWS[row.better]}</span>'
    head = f'<th scope="row">{escape(row.label)} {better} <small>{escape(told)}</small></th>'
    cells = (
        f'<td class="best">{escape(value)}</td>' if best else f"<td>{escape(value)}</td>"
        for value, best in zip(row.values, row.best, strict=True)
    )
    return f"<tr>{head}{''.join(cells)}</tr>"


def closeups(
    names: Sequence[str], spots: Sequence[Spot], pictures: Sequence[Sequence[bytes]]
) -> str:
    """A row of PNGs for each spot. In a row the original's comes first."""
    parts = []
    for number, (spot, row) in enumerate(zip(spots, pictures, strict=True), 1):
        title = f"Spot {number}" if spot.most else "The least salient spot"
        where = (
            f"{spot.side} × {spot.side} pixels from {spot.x}, {spot.y}; "
            f"mean saliency {spot.salience:.2f}"
        )
        figures = "".join(
            f'<figure><img alt="{title} in {_title(index, name)}" src="{data_uri(data, _PNG)}">'
            f"<figcaption>{_title(index, name)}</figcaption></figure>"
            for index, (name, data) in enumerate(zip(names, row, strict=True))
        )
        parts.append(
            f"<h3>{title} <small>{where}</small></h3>\n"
            f'<div class="row" tabindex="0" role="region" aria-label="{title}">{figures}</div>'
        )
    return "\n".join(parts)


_PNG = "image/png"


def saliency_map(saliency: SaliencyMap, spots: Sequence[Spot], painted: bytes) -> str:
    """The map painted over the picture, the spots' outlines, and the legend."""
    height, width = saliency.height, saliency.width
    size = max(height, width) / 28
    outlines = "".join(
        f'<rect class="shade" {_box(spot)}/><rect {_box(spot)}/>'
        f'<text x="{spot.x + 0.3 * size:.1f}" y="{spot.y + 1.1 * size:.1f}" fill="#fff" '
        f'stroke="#000" stroke-opacity="0.6" stroke-width="{size / 6:.2f}" paint-order="stroke" '
        f'font-size="{size:.1f}">{number if spot.most else "least"}</text>'
        for number, spot in enumerate(spots, 1)
    )
    return (
        '<figure><div class="mapped">'
        '<img id="map" data-name="the map" alt="The map painted over the original" '
        f'src="{data_uri(painted, "image/jpeg")}">'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{outlines}</svg></div>'
        f"<figcaption>{escape(saliency.model)}; the squares are the spots above</figcaption>"
        "</figure>\n" + _legend(legend(heat_palette()), ("0", "0.5", "1: looked at most"))
    )


def _box(spot: Spot) -> str:
    return f'x="{spot.x}" y="{spot.y}" width="{spot.side}" height="{spot.side}"'


def errors(
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    maps: Sequence[dict[str, Errors]],
) -> str:
    """The error maps of all copies, which share one colour scale for each kind of error."""
    return "\n".join(
        _errors_of_kind(kind, names, comparisons, [each[kind.metric] for each in maps])
        for kind in ERROR_KINDS
    )


def _errors_of_kind(
    kind: ErrorKind,
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    maps: Sequence[Errors],
) -> str:
    label, end = _LABELS[kind.metric], scale_end(maps)
    figures = []
    for index, (name, comparison, each) in enumerate(zip(names, comparisons, maps, strict=True)):
        source = data_uri(painted_errors(each, end=end), _PNG)
        title = f"{label} errors of {escape(name)}"
        value = _value(kind, comparison)
        figures.append(
            f'<figure><img id="{kind.metric}-{index}" data-name="{title}" alt="{title}" '
            f'src="{source}"><figcaption><strong>{escape(name)}</strong> {value}</figcaption>'
            "</figure>"
        )
    ticks = ("0", f"{end / 2:.3g}", f"{end:.3g} and above")
    return (
        f"<h3>{label} <small>{kind.explained}; in {kind.unit}; one scale for all copies</small>"
        "</h3>\n"
        + _legend(legend(error_palette()), ticks)
        + f'\n<div class="grid">{"".join(figures)}</div>'
    )


def _value(kind: ErrorKind, comparison: Comparison) -> str:
    value = comparison.metrics.get(kind.metric)
    if value is None:
        return ""
    if math.isinf(value):
        return "no error"
    return f"{value:.2f} dB" if kind.root else f"{value:.4f}"


def _legend(strip: bytes, ticks: tuple[str, str, str]) -> str:
    marks = "".join(f"<span>{escape(tick)}</span>" for tick in ticks)
    return f'<div class="legend"><img alt="" src="{data_uri(strip, _PNG)}">{marks}</div>'


def how_shown(names: Sequence[str], shown: Sequence[Shown]) -> str:
    """A list item for each picture that says what the slider shows of it."""
    return "".join(
        f"<li>{_title(index, name)}: the slider shows {picture.words}</li>"
        for index, (name, picture) in enumerate(zip(names, shown, strict=True))
    )
