"""What a caller asks of `compress`, checked: numbers in range, one goal, boxes inside."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsIndex

from foveate.errors import OptionError
from foveate.pictures import Picture
from foveate.saliency.weights import Box

DEFAULT_QUALITY = 80
FLOOR_BELOW_QUALITY = 20


@dataclass(frozen=True)
class Goal:
    """A quality with its floor, or the bytes of plain JPEG at a quality, or a size."""

    quality: int | None
    floor: int | None
    match_quality: int | None
    size_bytes: int | None

    def words(self, method: str) -> str:
        """What the report says was asked for."""
        if self.size_bytes is not None:
            return f"at most {self.size_bytes} bytes"
        if self.match_quality is not None:
            return f"the bytes of plain JPEG at quality {self.match_quality}"
        if method == "mosaic":  # it measures no error
            return f"the bytes of plain JPEG at quality {self.quality}"
        return f"as good as plain JPEG at quality {self.quality}, background at {self.floor}"


def _number(value: object) -> int | None:
    """A whole number of Python's or NumPy's; None for all else, truth values too."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:  # an array, or a truth value of NumPy's
        return None


def _within(name: str, value: object, low: int, high: int) -> int:
    number = _number(value)
    if number is None or not low <= number <= high:
        raise OptionError(f"{name} is {value!r}; give a whole number from {low} to {high}")
    return number


def checked_goal(
    quality: int | None,
    match_quality: int | None,
    size_bytes: int | None,
    floor: int | None,
    *,
    method: str = "rdo",
) -> Goal:
    """The one goal that was given; quality 80 where none was. Raises OptionError."""
    given = {"quality": quality, "match_quality": match_quality, "size_bytes": size_bytes}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise OptionError(f"{' and '.join(named)} contradict each other; give one of them")
    if floor is not None and named and named != ["quality"]:
        raise OptionError(f"floor goes with quality; {named[0]} sets the bytes, not the error")
    if floor is not None and method == "mosaic":
        raise OptionError("floor goes with the method rdo; the mosaic measures no error")
    if match_quality is not None:
        return Goal(None, None, _within("match_quality", match_quality, 1, 100), None)
    if size_bytes is not None:
        return Goal(None, None, None, _within("size_bytes", size_bytes, 1, 2**40))
    wanted = _within("quality", DEFAULT_QUALITY if quality is None else quality, 1, 100)
    if floor is None:
        return Goal(wanted, max(wanted - FLOOR_BELOW_QUALITY, 1), None, None)
    least = _within("floor", floor, 1, 100)
    if least > wanted:
        raise OptionError(f"floor {least} is above quality {wanted}; give {wanted} or less")
    return Goal(wanted, least, None, None)


def checked_boxes(boxes: Iterable[Box], picture: Picture) -> tuple[Box, ...]:
    """Boxes to protect, each with at least a pixel and all of it inside. Raises OptionError."""
    return tuple(_checked_box(box, picture) for box in boxes)


def _checked_box(box: Box, picture: Picture) -> Box:
    try:
        text = ",".join(str(v) for v in box)
        x, y, width, height = (_number(v) for v in box)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"protect {box!r}: give a list of boxes, each four whole numbers, X,Y,WIDTH,HEIGHT"
        ) from error
    if x is None or y is None or width is None or height is None:
        raise OptionError(f"protect {text}: give four whole numbers, X,Y,WIDTH,HEIGHT")
    if width < 1 or height < 1:
        raise OptionError(f"protect {text}: width and height must be at least 1")
    if x < 0 or y < 0 or x + width > picture.width or y + height > picture.height:
        raise OptionError(
            f"{picture.name}: protect {text} reaches outside the picture,"
            f" which is {picture.width} x {picture.height}"
        )
    return x, y, width, height
