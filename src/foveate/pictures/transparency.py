"""How opaque each pixel is: kept beside a picture, or laid on a colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.settings import background_colour

Pixels = npt.NDArray[np.uint8]
WHITE = (255, 255, 255)
_STRIP_ROWS = 256


@dataclass(frozen=True, eq=False)
class Transparency:
    """A picture's own colours, also where nobody sees them, and how opaque they are.

    colour: uint8 (H, W, 3) or (H, W) grey, in the colour space of the picture. alpha: uint8
    (H, W), from 0, where nothing is seen, to 255.
    """

    colour: Pixels
    alpha: Pixels

    def within(self, box: tuple[int, int, int, int]) -> Transparency:
        """The part in a box (x, y, width, height)."""
        x, y, width, height = box
        part = slice(y, y + height), slice(x, x + width)
        return Transparency(*map(np.ascontiguousarray, (self.colour[part], self.alpha[part])))

    def resized(self, size: tuple[int, int]) -> Transparency:
        """Resized to a width and height, each colour counting as much as it is seen."""
        whole = Image.fromarray(np.dstack([self.colour, self.alpha]))
        made = np.asarray(whole.resize(size, Image.Resampling.LANCZOS))
        colour = made[..., 0] if self.colour.ndim == 2 else made[..., :3]
        return Transparency(*map(np.ascontiguousarray, (colour, made[..., -1])))

    def on(self, background: tuple[int, int, int]) -> Pixels:
        """The colours laid on an opaque one."""
        return laid_on(self.colour, self.alpha, background)


@dataclass(frozen=True)
class Backdrop:
    """What is done with transparency: it is laid on a colour, and may be kept beside that."""

    colour: str = "white"
    keeps_alpha: bool = False

    @property
    def samples(self) -> tuple[int, int, int]:
        """Red, green and blue, 0 to 255."""
        return background_colour(self.colour)

    @property
    def note(self) -> str:
        """What a user should know where there was transparency that is not kept."""
        return f"alpha flattened on {self.colour}"


def laid_on(
    colour: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8], background: tuple[int, int, int]
) -> Pixels:
    """Colours of some opacity laid on an opaque one, rounded; (H, W, 3) if either is no grey."""
    if colour.ndim == 2 and len(set(background)) > 1:
        colour = np.repeat(colour[..., None], 3, axis=2)
    behind = np.array(background[: 1 if colour.ndim == 2 else 3], np.uint32)
    shown = np.empty_like(colour)
    for top in range(0, len(colour), _STRIP_ROWS):
        rows = slice(top, top + _STRIP_ROWS)
        opaque = alpha[rows].astype(np.uint32)
        if colour.ndim == 3:
            opaque = opaque[..., None]
        shown[rows] = (colour[rows] * opaque + behind * (255 - opaque) + 127) // 255
    return shown
