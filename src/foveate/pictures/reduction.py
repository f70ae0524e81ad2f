"""JPEGs decoded at a half, a quarter or an eighth of their size, by libjpeg's own transforms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foveate.pictures.conversion import TURNS

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Size = tuple[int, int]
Reduce = Callable[[int, int], int]
"""Given the width and height of an upright picture, how often smaller it may be: 1, 2, 4 or 8."""


@dataclass(frozen=True)
class Reduced:
    """How the pixels of a smaller decoding lie in the whole picture, both upright.

    size: width and height of the whole. factor: its pixels, along a side, for one of the decoding.
    corner: where its upper left corner lies in the decoding. The last pixels of a row or column
    stand for less of the picture where `factor` does not divide the side, and turning brings these
    to the left or to the top.
    """

    size: Size
    factor: int
    corner: tuple[float, float] = (0.0, 0.0)

    def edges(self, box: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge in the decoding, of a box (x, y, width, height)."""
        x, y, width, height = box
        left, top = self.corner
        return (
            left + x / self.factor,
            top + y / self.factor,
            left + (x + width) / self.factor,
            top + (y + height) / self.factor,
        )


def reduced(image: PillowImage, orientation: int, wanted: Reduce) -> Reduced | None:
    """Lets a JPEG that is not loaded yet be decoded smaller; None where it stays as it is."""
    if image.format not in ("JPEG", "MPO"):
        return None
    width, height = image.size
    rows, columns, transposed = TURNS.get(orientation, TURNS[1])
    factor = wanted(*((height, width) if transposed else (width, height)))
    if factor == 1 or image.draft(None, (width // factor, height // factor)) is None:
        return None
    factor = round(width / image.width)
    if (-(-width // factor), -(-height // factor)) != image.size or factor == 1:
        return None
    corner = (
        image.width - width / factor if columns else 0.0,
        image.height - height / factor if rows else 0.0,
    )
    size = width, height
    if transposed:
        corner, size = corner[::-1], size[::-1]
    return Reduced(size, factor, corner)
