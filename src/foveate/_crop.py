"""Crops that keep what people look at: a picture and a shape to the best window, and its pixels."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import OptionError
from foveate.pictures import DEFAULT_LIMITS, MAX_SIDE, Limits, Picture, PictureSource, read_picture
from foveate.pictures.containers.appended import Appended
from foveate.pictures.metadata.keeping import with_appended
from foveate.pictures.metadata.placement import Placement
from foveate.pictures.metadata.upright import with_cut_metadata
from foveate.pictures.over_limits import over_pixels
from foveate.saliency import MapSource, SaliencyMap, map_of
from foveate.saliency.windows import SummedMap, in_css
from foveate.settings import Box, Settings

AUTO_MAP = "foveate-s-window"
"""The model that places windows unless another is asked for."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_ASPECT = re.compile(rf"\s*{_NUMBER}\s*[:/x]\s*{_NUMBER}\s*")
_SIZE = re.compile(r"\s*(\d+)\s*[x×]\s*(\d+)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """The form of a crop: its aspect ratio, and its size in pixels where that is asked for.

    aspect: width and height, of which only the ratio counts. text: as it was asked for.
    """

    text: str
    aspect: tuple[float, float]
    size: tuple[int, int] | None = None

    @classmethod
    def of_aspect(cls, text: str) -> Shape:
        """The shape that "9:16" means. Raises OptionError."""
        match = _ASPECT.fullmatch(text)
        width, height = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise OptionError(f"'{text}' is no aspect ratio: give WIDTH:HEIGHT, such as 9:16")
        return cls(text.strip(), (width, height))

    @classmethod
    def of_size(cls, text: str) -> Shape:
        """The shape that "400x300" means, in pixels. Raises OptionError."""
        match = _SIZE.fullmatch(text)
        sides = (int(match[1]), int(match[2])) if match else (0, 0)
        if not all(1 <= side <= MAX_SIDE for side in sides):
            raise OptionError(
                f"'{text}' is no size: give WIDTHxHEIGHT in pixels, such as 400x300,"
                f" {MAX_SIDE} a side at most"
            )
        return cls(text.strip(), sides, sides)

    @property
    def name(self) -> str:
        """The shape as a part of a file's name: "9x16", "400x300"."""
        return "x".join(f"{side:g}" for side in self.size or self.aspect)

    def largest_in(self, width: int, height: int) -> tuple[int, int] | None:
        """Width and height of the largest window of this aspect; None where a side has no pixel."""
        across, down = self.aspect
        found = min(width, round(height * across / down)), min(height, round(width * down / across))
        return found if min(found) >= 1 else None


@dataclass(frozen=True, eq=False)
class Crop:
    """A window of a picture that keeps as much of its map as one of this shape can.

    shape: as asked for. box: the window (x, y, width, height) in the pixels of the picture. kept:
    the share of the map in it, in [0, 1]. picture: the window's pixels with the metadata of the
    picture, resized where a size was asked for; `foveate.compress` takes it. map: the part of the
    map in the window. protect: the protected boxes in the pixels of the crop. position: x and y in
    per cent at which CSS shows this window in a frame of its shape. focal_point, any_position: of
    the whole picture, for frames of any shape; see `SummedMap`.
    """

    shape: Shape
    box: Box
    kept: float
    picture: Picture
    map: SaliencyMap
    protect: tuple[Box, ...]
    position: tuple[float, float]
    focal_point: tuple[float, float]
    any_position: tuple[float, float]
    notes: tuple[str, ...] = ()

    @property
    def image(self) -> Image.Image:
        """The crop as a Pillow image, without metadata."""
        return Image.fromarray(self.picture.pixels)

    @property
    def object_position(self) -> str:
        """The window as CSS: object-position, beside object-fit: cover in a frame of this shape."""
        return in_css(self.position)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "shape": self.shape.text,
            "box": list(self.box),
            "kept": round(self.kept, 4),
            "width": self.picture.width,
            "height": self.picture.height,
            "object_position": self.object_position,
        }


def crop(
    image: PictureSource,
    *,
    aspect: str | tuple[float, float] | None = None,
    size: str | tuple[int, int] | None = None,
    map: MapSource = "auto",
    protect: Iterable[Box] = (),
    avoid_cuts: bool = True,
    threads: int | None = None,
) -> Crop:
    """The largest window of a shape, where it keeps most of what people look at.

    Args:
        image: a path, a file's bytes, a Pillow image, a `Picture` or a uint8 array.
        aspect: width and height of which the ratio counts, "9:16" or (9, 16).
        size: width and height in pixels, "400x300" or (400, 300): the crop is resized to it. Give
            one of `aspect` and `size`.
        map: where people look: a model's name, a file, an array or a `SaliencyMap`.
        protect: boxes (x, y, width, height) in pixels that the window never cuts.
        avoid_cuts: whether a window rather keeps a little less than have an edge through a peak of
            the map, as in a face.
        threads: how many threads a model may use at most.

    Raises:
        PictureError, MapError, OptionError, ModelError: the message is one line that says what
            would work.
    """
    if (aspect is None) == (size is None):
        raise OptionError("give one of aspect, such as '9:16', and size, such as '400x300'")
    if aspect is not None:
        text = aspect if isinstance(aspect, str) else _joined(aspect, ":", "aspect")
        shape = Shape.of_aspect(text)
    else:
        assert size is not None
        text = size if isinstance(size, str) else _joined(size, "x", "size")
        shape = Shape.of_size(text)
    return crops(image, [shape], map=map, protect=protect, avoid_cuts=avoid_cuts, threads=threads)[
        0
    ]


def crops(
    image: PictureSource,
    shapes: Sequence[Shape],
    *,
    map: MapSource = "auto",
    protect: Iterable[Box] = (),
    avoid_cuts: bool = True,
    threads: int | None = None,
) -> list[Crop]:
    """Several crops of one picture, whose map is made once. Arguments and errors are `crop`'s."""
    picture = read_picture(image, keep_alpha=True)
    boxes = (
        Settings(protect=tuple(protect))
        .checked()
        .boxes_within(picture.width, picture.height, picture.name)
    )
    for shape in shapes:
        check_size(shape, DEFAULT_LIMITS)
        _window_size(shape, picture)
    saliency = window_map(map, picture, threads=threads)
    return crops_by_map(picture, saliency, shapes, protect=boxes, avoid_cuts=avoid_cuts)


def window_map(
    source: MapSource,
    picture: Picture,
    *,
    threads: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SaliencyMap:
    """The map that places windows: what `source` means, "auto" being the model for windows."""
    named = isinstance(source, str) and source == "auto"
    return map_of(AUTO_MAP if named else source, picture, threads=threads, limits=limits)


def crops_by_map(
    picture: Picture,
    saliency: SaliencyMap,
    shapes: Sequence[Shape],
    *,
    protect: Sequence[Box] = (),
    avoid_cuts: bool = True,
) -> list[Crop]:
    """The crops of a picture by a map of it. Raises OptionError where a shape does not fit."""
    table = SummedMap(saliency)
    focal_point, any_position = table.focal_point(), table.object_position()
    made = []
    for shape in shapes:
        width, height = _window_size(shape, picture)
        window = table.best(width, height, protect=protect, avoid_cuts=avoid_cuts)
        if window is None:
            across, down = _span(protect)
            raise OptionError(
                f"{picture.name}: the protected boxes span {across} x {down} pixels, and a crop of"
                f" {shape.text} holds {width} x {height}; protect less, or ask for another shape"
            )
        cut, notes = cut_out(picture, window.box, shape.size)
        made.append(
            Crop(
                shape=shape,
                box=window.box,
                kept=window.kept,
                picture=cut,
                map=map_within(saliency, window.box, cut.width, cut.height),
                protect=tuple(_box_within(box, window.box, cut) for box in protect),
                position=_position(window.box, picture),
                focal_point=focal_point,
                any_position=any_position,
                notes=notes,
            )
        )
    return made


def _joined(sides: Sequence[float], sign: str, name: str) -> str:
    """Two numbers as the text that they are short for."""
    try:
        across, down = sides
        return f"{across}{sign}{down}"
    except (TypeError, ValueError) as error:
        raise OptionError(f"{name} is {sides!r}; give a width and a height") from error


def check_size(shape: Shape, limits: Limits) -> None:
    """Raises OptionError for a size of more pixels than a picture may have."""
    if shape.size is not None and shape.size[0] * shape.size[1] > limits.pixels:
        raise OptionError(f"size {over_pixels(*shape.size, limits.pixels, mend='ask for fewer')}")


def _window_size(shape: Shape, picture: Picture) -> tuple[int, int]:
    found = shape.largest_in(picture.width, picture.height)
    if found is None:
        raise OptionError(
            f"{picture.name}: a crop of {shape.text} from {picture.width} x {picture.height} pixels"
            " would be thinner than a pixel; ask for another shape"
        )
    return found


def _span(boxes: Sequence[Box]) -> tuple[int, int]:
    """Width and height of the box around all boxes."""
    across = max(x + width for x, _, width, _ in boxes) - min(x for x, _, _, _ in boxes)
    down = max(y + height for _, y, _, height in boxes) - min(y for _, y, _, _ in boxes)
    return across, down


def cut_out(
    picture: Picture, box: Box, size: tuple[int, int] | None = None
) -> tuple[Picture, tuple[str, ...]]:
    """A window of the whole picture as one of its own, of that size, and what there is to note."""
    width, height = box[2:]
    size = size or (width, height)
    kept = picture.transparency
    kept = kept and kept.within(box)
    notes: tuple[str, ...] = ()
    if size != (width, height):
        kept = kept and kept.resized(size)
        if size[0] > width or size[1] > height:
            notes = (f"enlarged from {width} x {height} to {size[0]} x {size[1]} pixels",)
    pixels = _resized(picture, box, size)
    cut = dataclasses.replace(
        picture,
        pixels=np.ascontiguousarray(pixels),
        encoded=None,  # the file that came in shows more than this
        format=None,
        transparency=kept,
        restored=None,
        reduced=None,
    )
    cut = with_cut_metadata(cut, Placement.cut_out(box, picture.whole, (cut.width, cut.height)))
    parts = picture.carried.appended.names  # a gain map or a video shows the whole picture
    if parts:
        cut = with_appended(cut, Appended())
        notes = (*notes, *(f"left out: {name}" for name in parts))
    return cut, notes


def _resized(picture: Picture, box: Box, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The pixels of a window of the whole picture, brought to a size."""
    if picture.reduced is None:
        x, y, width, height = box
        pixels = picture.pixels[y : y + height, x : x + width]
        if size == (width, height):
            return pixels
        edges = (0.0, 0.0, float(width), float(height))
    else:
        left, top, right, bottom = picture.reduced.edges(box)
        x, y = math.floor(left), math.floor(top)
        pixels = picture.pixels[y : math.ceil(bottom), x : math.ceil(right)]
        edges = (left - x, top - y, right - x, bottom - y)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=edges))


def map_within(
    saliency: SaliencyMap, box: Box, width_of_cut: int, height_of_cut: int
) -> SaliencyMap:
    """The part of a map in a box, as the map of what was cut out and has that size."""
    rows, columns = saliency.coarse.shape
    x, y, width, height = box
    across, down = columns / saliency.width, rows / saliency.height
    edges = (x * across, y * down, (x + width) * across, (y + height) * down)
    size = (max(1, round(width * across)), max(1, round(height * down)))
    part = Image.fromarray(saliency.coarse).resize(size, Image.Resampling.BILINEAR, box=edges)
    values = np.clip(np.asarray(part, dtype=np.float32), 0, 1)
    return dataclasses.replace(saliency, coarse=values, height=height_of_cut, width=width_of_cut)


def _box_within(box: Box, window: Box, cut: Picture) -> Box:
    """A box of the picture in the pixels of what was cut out: every pixel that it touches."""
    across, down = cut.width / window[2], cut.height / window[3]
    left, top = int((box[0] - window[0]) * across), int((box[1] - window[1]) * down)
    right = min(cut.width, math.ceil((box[0] + box[2] - window[0]) * across))
    bottom = min(cut.height, math.ceil((box[1] + box[3] - window[1]) * down))
    return left, top, max(1, right - left), max(1, bottom - top)


def _position(box: Box, picture: Picture) -> tuple[float, float]:
    """Where CSS has to lay the picture in a frame of the box's shape to show this box."""
    x, y, width, height = box
    free = (picture.width - width, picture.height - height)
    return (
        round(100 * x / free[0], 2) if free[0] else 50.0,
        round(100 * y / free[1], 2) if free[1] else 50.0,
    )
