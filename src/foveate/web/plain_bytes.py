"""How many bytes plain JPEG takes of a whole picture: what previews' bytes are scaled by."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

QUALITIES = (5, 20, 40, 60, 75, 85, 92, 98)


@dataclass(frozen=True)
class PlainBytes:
    """Bits a pixel of plain JPEG at a few qualities; what lies between is interpolated."""

    bits: tuple[float, ...]

    @classmethod
    def of(cls, pixels: npt.NDArray[np.uint8]) -> PlainBytes:
        """Those of a picture, (H, W, 3) or (H, W)."""
        return cls(tuple(bits_at(pixels, quality) for quality in QUALITIES))

    def bits_at(self, quality: float) -> float:
        """Bits a pixel at a quality from 1 to 100."""
        return math.exp(float(np.interp(quality, QUALITIES, np.log(self.bits))))

    def quality_at(self, bits: float) -> int:
        """The quality, from 1 to 100, at which a pixel takes about so many bits."""
        found = float(np.interp(np.log(max(bits, 1e-6)), np.log(self.bits), QUALITIES))
        return min(max(round(found), 1), 100)


def bits_at(pixels: npt.NDArray[np.uint8], quality: int) -> float:
    """Bits a pixel that plain JPEG takes."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return 8 * len(file.getvalue()) / float(pixels.shape[0] * pixels.shape[1])
