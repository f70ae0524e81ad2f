"""How much of each DCT basis vector SSIMULACRA 2 sees at each of its scales."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.tables import ZIGZAG
from foveate.metrics.quality.eye_weights import SSIMULACRA2_WINDOW

_SIDE = 512
"""The samples of a line in whose middle a basis vector lies."""


def _upsampled(line: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Twice as many samples, by the triangle filter of decoders."""
    before, after = np.roll(line, 1), np.roll(line, -1)
    pairs = np.stack([0.75 * line + 0.25 * before, 0.75 * line + 0.25 * after], axis=1)
    return pairs.reshape(-1)


def _lines(*, halved: bool) -> npt.NDArray[np.float64]:
    """The eight cosines of the DCT on a line of full size, a row each."""
    side = _SIDE // 2 if halved else _SIDE
    lines = np.zeros((8, side))
    angles = (2 * np.arange(8) + 1) * np.pi / 16
    for frequency in range(8):
        size = np.sqrt(0.125) if frequency == 0 else 0.5
        lines[frequency, side // 2 : side // 2 + 8] = size * np.cos(frequency * angles)
    return np.stack([_upsampled(line) for line in lines]) if halved else lines


@lru_cache
def basis_energies(scales: int, *, halved: bool) -> npt.NDArray[np.float32]:
    """float32 (2, scales, 64), zigzag: what is left of a basis vector's energy at each scale.

    First that of the vector less that of its blurred self, to which the local variance answers,
    then that of the difference, to which edges do. `halved`: of chroma at half the resolution.
    """
    lines = _lines(halved=halved)
    energies = np.zeros((2, scales, 64))
    down, across = np.divmod(ZIGZAG, 8)
    for scale in range(scales):
        if scale > 0:
            lines = (lines[:, ::2] + lines[:, 1::2]) / 2
        blurred = np.stack([np.convolve(line, SSIMULACRA2_WINDOW, "same") for line in lines])
        # Vectors are products of two lines, and so are their energies.
        own, mixed, left = (
            (pair[0] * pair[1]).sum(axis=1)
            for pair in ((lines, lines), (lines, blurred), (blurred, blurred))
        )
        whole, cross, smooth = (e[down] * e[across] for e in (own, mixed, left))
        energies[0, scale] = whole - smooth
        energies[1, scale] = whole - 2 * cross + smooth
    return np.maximum(energies, 0.0).astype(np.float32)
