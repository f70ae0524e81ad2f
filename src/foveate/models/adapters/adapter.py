"""Adapter: what a foreign saliency network takes and gives, as a small TOML file states it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.errors import ModelError, printable
from foveate.models.adapters.fields import Table
from foveate.models.working_size import longer_side_size
from foveate.pictures.file_bytes import text_of

LARGEST_FILE = 1 << 16  # bytes of TOML
LARGEST_SIDE = 4096
LARGEST_AREA = 1 << 22  # pixels that a network is shown
MOST_CHANNELS = 4096

COLOURS = ("RGB", "BGR")
LAYOUTS = ("NCHW", "NHWC")
KINDS = ("probability", "logits", "density", "log-density")
PEAK = "peak"

_TOP = ("name", "summary", "licence", "source", "input", "output", "centre_bias")
_INPUT = (
    *("name", "width", "height", "longest", "multiple"),
    *("colours", "layout", "divide", "mean", "std"),
)
_OUTPUT = ("name", "channel", "layout", "kind", "stretch")
_BIAS = ("name", "sigma")


@dataclass(frozen=True)
class Input:
    """What the network is shown: (pixel / divide - mean) / std, channels in the order of `colours`.

    name: of the network's input; None for the only one. fixed: (height, width); or else longest,
    the longer side in pixels, and multiple, what both sides are a multiple of. divide: a number,
    or None for the picture's own largest value.
    """

    name: str | None
    fixed: tuple[int, int] | None
    longest: int
    multiple: int
    colours: str
    layout: str
    divide: float | None
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) at which the network sees a picture of that size."""
        if self.fixed is not None:
            return self.fixed
        return longer_side_size(height, width, longest=self.longest, multiple=self.multiple)


@dataclass(frozen=True)
class Output:
    """What becomes the map. name: of the network's output; None for the first. channel: where it
    has several. kind: one of KINDS. stretch: least to 0 and largest to 1."""

    name: str | None
    channel: int | None
    layout: str
    kind: str
    stretch: bool


@dataclass(frozen=True)
class CentreBias:
    """A second input, as DeepGaze has: the log density of looking there whatever the picture.

    sigma: of a Gaussian in the middle, as a share of each side; None for a uniform density.
    """

    name: str
    sigma: float | None


@dataclass(frozen=True)
class Adapter:
    """A whole adapter file. stated: its values as read, for the model's record."""

    name: str | None
    summary: str | None
    licence: str | None
    source: str | None
    input: Input
    output: Output
    centre_bias: CentreBias | None
    stated: dict[str, Any]


def read_adapter(path: Path) -> Adapter:
    """An adapter file; ModelError, of one line with file and key, for one that is not right."""
    import tomllib

    shown = printable(path)
    text = text_of(path, most=LARGEST_FILE, kind="adapter file", error_kind=ModelError)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        why = " ".join(printable(str(error)).split())[:120]
        raise ModelError(f"{shown}: is not TOML: {why}") from error
    return parsed_adapter(values, shown)


def parsed_adapter(values: dict[str, Any], source: str) -> Adapter:
    """The adapter that a file's or record's values state. source: as messages name it."""
    top = Table(source, "", values)
    top.only(_TOP)
    given, gives = top.table("input"), top.table("output")
    if given is None or gives is None:
        missing = "input" if given is None else "output"
        raise ModelError(f"{source}: the table [{missing}] is missing")
    seen = _input(given)
    return Adapter(
        name=top.text("name"),
        summary=top.text("summary"),
        licence=top.text("licence"),
        source=top.text("source"),
        input=seen,
        output=_output(gives, seen.layout),
        centre_bias=_centre_bias(top.table("centre_bias")),
        stated=values,
    )


def _input(table: Table) -> Input:
    table.only(_INPUT)
    fixed, longest, multiple = _sizes(table)
    divide: float | None = None
    if table.values.get("divide") != PEAK:
        divide = table.number("divide", above=0) or 1.0
    return Input(
        name=table.text("name"),
        fixed=fixed,
        longest=longest,
        multiple=multiple,
        colours=table.choice("colours", COLOURS, default="RGB"),
        layout=table.choice("layout", LAYOUTS, default="NCHW"),
        divide=divide,
        mean=table.three("mean", default=0.0),
        std=table.three("std", default=1.0, above=0.0),
    )


def _sizes(table: Table) -> tuple[tuple[int, int] | None, int, int]:
    """The fixed size or None, the longer side, the multiple: one way or the other is stated."""

    def side(key: str) -> int | None:
        return table.whole(key, least=8, most=LARGEST_SIDE)

    width, height, longest = side("width"), side("height"), side("longest")
    multiple = table.whole("multiple", least=1, most=512)
    if (width is None) != (height is None):
        raise table.refuse("width" if width is None else "height", "is missing beside the other")
    if width is not None and height is not None:
        for key in ("longest", "multiple"):
            if key in table.values:
                raise table.refuse(key, "contradicts width and height: leave it out, or those")
        if width * height > LARGEST_AREA:
            raise table.refuse("width", f"times height is more than {LARGEST_AREA} pixels")
        return (height, width), 0, 1
    if longest is None:
        raise table.refuse("width", "and height are missing: give them, or longest and multiple")
    multiple = multiple or 1
    if longest < multiple:
        raise table.refuse("multiple", f"is more than longest, {longest}")
    if longest**2 > LARGEST_AREA:
        raise table.refuse("longest", f"is too large: at most {int(LARGEST_AREA**0.5)}")
    return None, longest, multiple


def _output(table: Table, layout: str) -> Output:
    table.only(_OUTPUT)
    return Output(
        name=table.text("name"),
        channel=table.whole("channel", least=0, most=MOST_CHANNELS - 1),
        layout=table.choice("layout", LAYOUTS, default=layout),
        kind=table.choice("kind", KINDS),
        stretch=table.switch("stretch"),
    )


def _centre_bias(table: Table | None) -> CentreBias | None:
    if table is None:
        return None
    table.only(_BIAS)
    name = table.text("name")
    if name is None:
        raise table.refuse("name", "is missing: the network's input that takes the centre bias")
    return CentreBias(name, table.number("sigma", above=0.0))
