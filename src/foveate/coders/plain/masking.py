"""Contrast masking: what a busy block hides of its own error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.annex_k import ANNEX_K_LUMA
from foveate.coders.jpeg.tables import ZIGZAG

_LUMA_STEPS = ANNEX_K_LUMA.reshape(64)[ZIGZAG].astype(np.float64)

HIDING_REACH = _LUMA_STEPS**2 / 100.0
"""(64,), zigzag: error of each frequency that hidden error 1 hides, by PSNR-HVS-M."""

_HIDING = (1.0 / HIDING_REACH).tolist()

SENSITIVITY = ((25.735 / _LUMA_STEPS) ** 2).tolist()
"""(64,), zigzag: what PSNR-HVS-M counts a squared error of each frequency."""
REACH = [0.0, *HIDING_REACH[1:].tolist()]
"""`HIDING_REACH`, but that of DC nothing is hidden, as PSNR-HVS-M has it."""


def block_contrast(
    luma: npt.NDArray[np.int16], used: tuple[int, int], *, threads: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The error that each block's contrast hides, and its mean squared AC coefficient.

    Hidden error is PSNR-HVS-M's (Ponomarenko et al., VPQM 2007): square root of the block's
    weighted energy, times the share of its variance that its four quarters keep (an edge hides less
    than a texture), over 32.

    Args:
        luma: coefficients, (rows, cols, 64), as `native.forward` gives them.
        used: rows and columns of the blocks that hold samples; both results have that shape.
        threads: to work on.
    """
    return native.block_contrast(luma, _HIDING, used, threads)


def busyness(mean_square: npt.NDArray[np.float32], base: float) -> npt.NDArray[np.float32]:
    """Log of blocks' mean squared AC coefficient plus `base`, below which a block is smooth."""
    return np.asarray(np.log(mean_square + np.float32(base)), np.float32)
