"""From block weights to the numbers that steer libaom.

libaom's rate-guided quantiser (`enable-rate-guide-deltaq`) takes a number of bits for each 16x16
block from outside. It sets them against its own estimate of the bits that each superblock of 64x64
pixels takes at the picture's level: where the outside gives a share 1 + d of that estimate, the
step is divided by 2^d, within bounds. So the estimate is made here too, and d is what the weights
ask for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate import native
from foveate.coders.avif.levels import steps_of

Steering = npt.NDArray[np.int64]
"""The number of each 16x16 block, (ceil(H / 16), ceil(W / 16))."""

SUPERBLOCK = 64
"""The side of the squares, in pixels, whose steps libaom moves."""
_COST_UNITS = 512
"""libaom counts bits in 512ths. As whole numbers they are read alike under every locale."""
_LEAST_SHARE = 0.001
_WRAP = 2**32
"""libaom sums its estimate in 32 bits with a sign, which large pictures overflow."""
_ERROR = 0.03
"""How far the estimate made here may be from libaom's, as a share."""
_LEAST_SUM = 2**28
"""What a sum that has overflown must be at least, for that error not to matter."""


@dataclass(frozen=True)
class Residuals:
    """What intra prediction leaves of a picture's luma: all that the estimate of bits needs."""

    coefficients: npt.NDArray[np.int16]
    threads: int

    @classmethod
    def of(cls, pixels: npt.NDArray[np.uint8], *, threads: int) -> Residuals:
        """Of (H, W, 3) sRGB or (H, W) grey pixels."""
        luma = pixels if pixels.ndim == 2 else np.asarray(Image.fromarray(pixels).convert("L"))
        return cls(native.intra_residuals(np.ascontiguousarray(luma), threads), threads)

    def bits(self, level: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """About the bits of each 8x8 block at a level, and its largest AC level."""
        return native.level_bits(self.coefficients, *steps_of(level), self.threads)


def steerable(height: int, width: int) -> bool:
    """Whether a picture has more than one superblock, and libaom reads no number that is not there.

    Where a side is shorter than a superblock, libaom takes what follows in memory for its rest.
    """
    return min(height, width) >= SUPERBLOCK and max(height, width) > SUPERBLOCK


def finer_by(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How much finer each 16x16 block should be than others, in powers of two of its step.

    weights: of 8x8 blocks, as `foveate.coders.base.Weights` gives them. The step that suits a
    weight w is one over its root.
    """
    halves = 0.5 * np.log2(weights.astype(np.float64))
    return _summed(halves, 2) / _summed(np.ones_like(halves), 2)


def steering(residuals: Residuals, finer: npt.NDArray[np.float64], level: int) -> Steering | None:
    """The numbers that libaom is given for a level; None where its sum would overflow badly.

    finer: how much finer each 16x16 block should be than others, in powers of two.
    """
    bits, largest = residuals.bits(level)
    own = _COST_UNITS * _summed(bits, 2)
    centred = finer - np.average(finer, weights=own)
    numbers = np.asarray(np.rint(own * np.maximum(1 + centred, _LEAST_SHARE)), np.int64)
    total = int(own.sum())
    overflows, wrapped = divmod(total + _WRAP // 2, _WRAP)
    wrapped -= _WRAP // 2
    if total * (1 + _ERROR) < _WRAP // 2:
        return numbers
    to_next = _WRAP // 2 - abs(wrapped)
    if abs(wrapped) < _LEAST_SUM or to_next < _ERROR * total:
        return None
    # One block's number brings the sum down to what libaom believes its own sum to be.
    numbers[_insensitive(largest)] -= overflows * _WRAP
    return numbers


def _insensitive(largest: npt.NDArray[np.int32]) -> tuple[int, int]:
    """A 16x16 block of a superblock that libaom codes no coarser than the others, told what it may.

    It divides a step by no more than the root of the least of the largest levels of 8x8 blocks that
    have any: so one with many levels of 1.
    """
    ones = _summed(largest == 1, SUPERBLOCK // 8)
    row, col = np.unravel_index(int(np.argmax(ones)), ones.shape)
    return int(row) * (SUPERBLOCK // 16), int(col) * (SUPERBLOCK // 16)


def _summed(values: npt.NDArray[np.generic], side: int) -> npt.NDArray[np.float64]:
    """The sums over squares of (rows, cols) values; beyond the edge there is nothing."""
    rows, cols = (np.arange(0, length, side) for length in values.shape)
    sums = np.add.reduceat(values.astype(np.float64), rows, axis=0)
    return np.asarray(np.add.reduceat(sums, cols, axis=1), np.float64)
