"""What a URL asks for: sizes, crops, a format and its bytes, and how the answer is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from foveate.settings import Effort, Format, Tune

Resizing = Literal["fit", "fill", "fill-down", "force", "auto"]
RESIZINGS: tuple[Resizing, ...] = get_args(Resizing)
COMPASS: dict[str, tuple[float, float]] = {
    "ce": (0.5, 0.5),
    "no": (0.5, 0.0),
    "so": (0.5, 1.0),
    "ea": (1.0, 0.5),
    "we": (0.0, 0.5),
    "noea": (1.0, 0.0),
    "nowe": (0.0, 0.0),
    "soea": (1.0, 1.0),
    "sowe": (0.0, 1.0),
}
"""Where a window lies at each point of the compass: 0 is left or above, 1 is right or below."""


@dataclass(frozen=True)
class Gravity:
    """Where a window lies that is smaller than its picture.

    kind: a point of the compass; "sm", where it keeps most of what people look at; "fp", around a
    point; or "obj", around a box. offset: for the compass, by how much the window is moved towards
    the middle, in pixels, or below 1 in shares of the picture's sides. point: for "fp", in shares
    of the sides. box: for "obj", x, y, width and height in shares of the sides.
    """

    kind: str = "ce"
    offset: tuple[float, float] = (0.0, 0.0)
    point: tuple[float, float] = (0.5, 0.5)
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Wanted:
    """What a URL asks for. Each field stands for the option of its name; 0 is not asked for.

    width, height: of the result, in pixels before dpr and zoom. crop: width and height of what is
    cut out first, in pixels, or below 1 in shares of the sides, and where. strip, keep_copyright:
    which metadata go. format: None is negotiated. expires: seconds since 1970.
    """

    resizing: Resizing = "fit"
    width: int = 0
    height: int = 0
    min_width: int = 0
    min_height: int = 0
    enlarge: bool = False
    dpr: float = 1.0
    zoom: tuple[float, float] = (1.0, 1.0)
    gravity: Gravity = Gravity()
    crop: tuple[float, float, Gravity | None] | None = None
    quality: int = 0
    format_qualities: tuple[tuple[Format, int], ...] = ()
    max_bytes: int = 0
    format: Format | None = None
    background: str | None = None
    strip: bool | None = None
    keep_copyright: bool | None = None
    effort: Effort | None = None
    tune: Tune | None = None
    map: str | None = None
    filename: str = ""
    attachment: bool = False
    expires: int = 0
    cachebuster: str = ""
