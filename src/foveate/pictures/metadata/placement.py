"""Where parts of a picture lie in another that was made of it: turned, or cut and resized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Turn = Callable[[float, float], tuple[float, float]]
Size = tuple[int, int]
Box = tuple[float, float, float, float]
"""x and y of the upper left corner, width and height."""

# Where a point (x, y) of the stored picture, in shares of its sides, lies in the upright one
# (Exif 2.32, 4.6.4.A).
TURNS: dict[int, Turn] = {
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}


def _stay(x: float, y: float) -> tuple[float, float]:
    return x, y


@dataclass(frozen=True)
class Placement:
    """What became of a picture's places; points and boxes are in shares of its sides.

    before, after: width and height of the picture that metadata speak of, and of the new one.
    move: where a point lies in the new picture. transposed: whether rows became columns. cuts:
    whether parts of the picture are gone. resized: pixels across and down for each one before.
    """

    before: Size
    after: Size
    move: Turn
    transposed: bool = False
    cuts: bool = False
    resized: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def turned(cls, orientation: int, after: Size) -> Placement:
        """Of a picture that was stored by this orientation and is now upright."""
        transposed = 5 <= orientation <= 8
        before = (after[1], after[0]) if transposed else after
        return cls(before, after, TURNS.get(orientation, _stay), transposed)

    @classmethod
    def cut_out(cls, window: tuple[int, int, int, int], before: Size, after: Size) -> Placement:
        """Of a window (x, y, width, height) of a picture, resized to `after`."""
        left, top, width, height = window

        def move(x: float, y: float) -> tuple[float, float]:
            return (x * before[0] - left) / width, (y * before[1] - top) / height

        resized = after[0] / width, after[1] / height
        return cls(before, after, move, cuts=True, resized=resized)

    @property
    def changes_nothing(self) -> bool:
        return self.move is _stay

    def point(self, x: float, y: float) -> tuple[float, float] | None:
        """Where a point lies; None where it is gone."""
        x, y = self.move(x, y)
        return None if self.cuts and not (0 <= x <= 1 and 0 <= y <= 1) else (x, y)

    def box(self, x: float, y: float, width: float, height: float) -> Box | None:
        """What of a box is there; None where nothing is."""
        (x0, y0), (x1, y1) = self.move(x, y), self.move(x + width, y + height)
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if self.cuts:
            x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, 1.0), min(y1, 1.0)
            if x0 >= x1 or y0 >= y1:
                return None
        return x0, y0, x1 - x0, y1 - y0


def placed_subject(subject: list[int], placement: Placement) -> list[int] | None:
    """Where a subject lies in the new picture, in pixels; None where it is gone.

    subject: as Exif has it (2.32, 4.6.5): x and y of the middle, and perhaps a diameter, or width
    and height.
    """
    (across, down), (new_across, new_down) = placement.before, placement.after
    x, y = subject[0] / across, subject[1] / down
    size: list[int] = []
    if len(subject) == 4:
        w, h = subject[2] / across, subject[3] / down
        box = placement.box(x - w / 2, y - h / 2, w, h)
        if box is None:
            return None
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        size = [max(1, round(box[2] * new_across)), max(1, round(box[3] * new_down))]
    else:
        point = placement.point(x, y)
        if point is None:
            return None
        x, y = point
        size = [max(1, round(d * sum(placement.resized) / 2)) for d in subject[2:]]
    x, y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    return [round(x * new_across), round(y * new_down), *size]
