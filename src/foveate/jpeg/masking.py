"""Contrast masking: what a busy block hides of its own error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.jpeg.plain import ANNEX_K_LUMA, ZIGZAG

_LUMA_STEPS = ANNEX_K_LUMA.reshape(64)[ZIGZAG].astype(np.float64)

HIDING_REACH = _LUMA_STEPS**2 / 100.0
"""(64,), zigzag: error of each frequency that `hidden_error` 1 hides, by PSNR-HVS-M."""

_HIDING = np.asarray(1.0 / HIDING_REACH[1:], np.float32)


def busyness(luma: npt.NDArray[np.float32], base: float) -> npt.NDArray[np.float32]:
    """Log of each block's mean squared AC coefficient plus `base`: (rows, cols).

    Args:
        luma: coefficients, (rows, cols, 64), zigzag order.
        base: mean square below which a block counts as smooth.
    """
    energy = np.einsum("rck,rck->rc", luma[..., 1:], luma[..., 1:]) / 63.0
    return np.asarray(np.log(energy + base), np.float32)


def hidden_error(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The error that each block's contrast hides, (rows, cols), as PSNR-HVS-M counts it.

    Ponomarenko et al., VPQM 2007: square root of the block's weighted energy, times the share of
    its variance that its four quarters keep (an edge hides less than a texture), over 32.
    """
    ac = luma[..., 1:]
    energy = (ac * ac) @ _HIDING
    variance = np.einsum("rck,rck->rc", ac, ac)
    means = ac @ _QUARTER_MEANS
    within = variance - 16.0 * np.einsum("rcq,rcq->rc", means, means)
    share = within * (16 / 15) / np.maximum(variance * (64 / 63), 1e-6)
    return np.asarray(np.sqrt(energy * np.maximum(share, 0.0)) / 32.0, np.float32)


def _quarter_means() -> npt.NDArray[np.float32]:
    """(63, 4): the mean of each 4x4 quarter of a block is its AC coefficients times this."""
    frequency, sample = np.mgrid[0:8, 0:8]
    basis = 0.5 * np.cos((2 * sample + 1) * frequency * np.pi / 16)
    basis[0] /= np.sqrt(2)
    halves = np.stack([basis[:, :4].mean(axis=1), basis[:, 4:].mean(axis=1)])
    quarters = np.einsum("au,bv->uvab", halves, halves).reshape(64, 4)
    return np.ascontiguousarray(quarters[ZIGZAG][1:], np.float32)


_QUARTER_MEANS = _quarter_means()
