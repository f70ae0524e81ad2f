"""What every coder is: a picture, weights and settings in; a finished file and its facts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from foveate.pictures import Picture
from foveate.settings import Format, Settings


class Weights(Protocol):
    """How much each part of a picture counts; `foveate.saliency.Weights` is the one there is."""

    def of_blocks(
        self, *, boldness: float, marked_boldness: float | None = None
    ) -> npt.NDArray[np.float32] | None:
        """How much the squared error of each 8x8 block counts, as far as a coder acts on it.

        Positive float32 (ceil(H / 8), ceil(W / 8)) of geometric mean 1; None where all blocks
        weigh the same. `boldness` is the power of all weights, `marked_boldness` that of boxes
        and of masks, where it is another one.
        """
        ...

    def highest(self) -> npt.NDArray[np.float32]:
        """The highest value of the map in each 8x8 block, in [0, 1]; 1 in protected boxes."""
        ...


@dataclass(frozen=True)
class Encoded:
    """A finished file. A coder that is given a file of its own format never makes it larger."""

    data: bytes
    at_ceiling: bool = False
    """Whether the file takes fewer bytes than asked for, since the picture holds no more."""
    target_bytes: int | None = None
    """The most bytes that the file was allowed; None where a quality was the target."""
    metadata_bytes: int = 0
    """How many of the bytes are metadata."""
    notes: tuple[str, ...] = ()
    """What a user should know of what was done."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the coder tells of the file, plain values for JSON."""
    format: Format | None = None
    """The format that was chosen, where the coder chooses one."""
    copied_source: bool = False
    """Whether this is the picture that came in, coefficient by coefficient."""


class Coder(Protocol):
    """A way to make a file of a picture; the registry has one for each name."""

    suffix: str
    """How the names of its files end."""
    longest_side: int
    """The longest side, in pixels, that its format holds."""
    keeps_alpha: bool
    """Whether its files hold the transparency of a picture; others are given opaque ones."""

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """The picture as a file that meets the target of the checked `settings`.

        Raises:
            TargetError: the bytes asked for are too few.
        """
        ...
