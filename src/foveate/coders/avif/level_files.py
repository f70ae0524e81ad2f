"""The files of one picture at libaom's levels, steered by a map where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.coders.avif.libaom import AvifOptions, encode, takes_numbers
from foveate.coders.avif.sample import Pieces
from foveate.coders.avif.steering import Residuals, Steering, finer_by, steerable, steering
from foveate.coders.avif.tuning import BOLDNESS, MARKED_BOLDNESS
from foveate.coders.base import Weights

_TOO_SMALL = "too small for AVIF to spend bits by a map: its squares have 64 pixels a side"
_NOT_TAKEN = "this Pillow's libaom takes no map; the file is written without one"
_OVERFLOWS = "libaom cannot count the bits of so large a picture; the file is written without a map"


class LevelFiles:
    """Makes the file of each level once.

    Args:
        pixels: uint8 (H, W, 3) sRGB or (H, W) grey.
        alpha: uint8 (H, W), how opaque they are; None where they all are.
        weights: of the picture's parts; None for a file without a map.
        options: what all files share.
        boldness: the power of the weights.
    """

    def __init__(
        self,
        pixels: npt.NDArray[np.uint8],
        weights: Weights | None,
        options: AvifOptions,
        *,
        alpha: npt.NDArray[np.uint8] | None = None,
        boldness: float = BOLDNESS,
    ) -> None:
        self.options = options
        self._pixels, self._alpha = pixels, alpha
        self._image = Image.fromarray(pixels if alpha is None else np.dstack([pixels, alpha]))
        self._made: dict[tuple[int, float], bytes] = {}
        self._unsteered: set[int] = set()
        self._notes: tuple[str, ...] = ()
        self._finer = None if weights is None else self._wanted(weights, boldness)
        self._residuals = (
            None if self._finer is None else Residuals.of(pixels, threads=options.threads)
        )

    def sample(self, pieces: Pieces) -> LevelFiles:
        """The same of some pieces alone, without metadata."""
        options = replace(self.options, icc=None, exif=None, xmp=None)
        alpha = None if self._alpha is None else pieces.of(self._alpha)
        pixels = pieces.of(self._pixels)
        made = LevelFiles(pixels, None, options, alpha=alpha)
        if self._finer is not None:
            made._finer = pieces.of(self._finer, unit=16)
            made._residuals = Residuals.of(pixels, threads=options.threads)
        return made

    @property
    def height(self) -> int:
        return self._image.height

    @property
    def width(self) -> int:
        return self._image.width

    @property
    def has_map(self) -> bool:
        """Whether a map steers the files."""
        return self._finer is not None

    def at(self, level: int, share: float = 1.0) -> bytes:
        """The file of a level. share: how much of what the weights ask for is done."""
        if (level, share) not in self._made:
            numbers = self._numbers(level, share)
            self._made[level, share] = encode(self._image, level, self.options, numbers)
        return self._made[level, share]

    def steers(self, level: int) -> bool:
        """Whether a map steers the file of a level; it need not have been made."""
        return self._numbers(level, 1.0) is not None

    def _numbers(self, level: int, share: float) -> Steering | None:
        if self._residuals is None or self._finer is None:
            return None
        numbers = steering(self._residuals, share * self._finer, level)
        if numbers is None:
            self._unsteered.add(level)
        return numbers

    def is_steered(self, level: int) -> bool:
        """Whether a map steered the file of a level that was made."""
        return self.has_map and level not in self._unsteered

    def notes_on(self, level: int) -> tuple[str, ...]:
        """Why the file of a level that was made is not steered, where it should be."""
        return (*self._notes, *((_OVERFLOWS,) if level in self._unsteered else ()))

    def _wanted(self, weights: Weights, boldness: float) -> npt.NDArray[np.float64] | None:
        """How much finer each 16x16 block should be; None where nothing is asked or can be."""
        block_weights = weights.of_blocks(boldness=boldness, marked_boldness=MARKED_BOLDNESS)
        if block_weights is None:
            return None
        if not steerable(self._image.height, self._image.width):
            self._notes = (_TOO_SMALL,)
        elif not takes_numbers(self.options.speed):
            self._notes = (_NOT_TAKEN,)
        else:
            return finer_by(block_weights)
        return None
