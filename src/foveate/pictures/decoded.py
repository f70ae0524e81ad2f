"""What a reader other than Pillow makes of a file; readers come with extras."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foveate.pictures.metadata.carried import Carried

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage


@dataclass(frozen=True)
class Decoded:
    """An image of 8 bits a sample as it is stored, and what its file says of it."""

    image: PillowImage
    """Of mode L, LA, RGB, RGBA or CMYK."""
    format: str
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    orientation: int = 1
    carried: Carried = field(default_factory=Carried)
    notes: tuple[str, ...] = ()


def eight_bits(samples: npt.NDArray[Any], most: int) -> npt.NDArray[np.uint8]:
    """Whole numbers from 0 to `most` brought to 0 to 255, rounded to the nearest."""
    if most == 255:
        return samples.astype(np.uint8)
    wide: Any = samples.astype(np.uint32 if most <= 65_535 else np.uint64)
    wide *= 255
    wide += most // 2
    wide //= most
    return np.asarray(wide, np.uint8)
