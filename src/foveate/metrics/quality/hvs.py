"""PSNR-HVS and PSNR-HVS-M: PSNR in the DCT domain, as the eye weighs frequencies.

Egiazarian et al., "New full-reference quality metrics based on HVS" (VPQM 2006), and Ponomarenko
et al., "On between-coefficient contrast masking of DCT basis functions" (VPQM 2007); details they
leave out are those of Ponomarenko's psnrhvsm.m.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.metrics.quality.planes import Plane, check_pair, luma

# T.81, table K.1: the luminance table from which both weights derive.
_ANNEX_K_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float64,
)
_SENSITIVITY = 25.735 / _ANNEX_K_LUMINANCE  # its squares have mean 1
_MASKING = (10.0 / _ANNEX_K_LUMINANCE) ** 2
_MASKING[0, 0] = 0.0  # DC neither masks nor is masked
_STRIP_BLOCK_ROWS = 16


def psnr_hvs(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """PSNR-HVS of luma (BT.601 full range), dB; inf for identical pictures.

    Blocks of 8x8 side by side, orthonormal DCT, DC included. Partial blocks at the right and lower
    border are left out; a side shorter than 8 pixels is first filled up with its last samples.
    """
    return _psnr_hvs(reference, copy, data_range, masked=False)


def psnr_hvs_m(reference: npt.NDArray[Any], copy: npt.NDArray[Any], *, data_range: float) -> float:
    """PSNR-HVS-M of luma: as `psnr_hvs`, errors first lessened by what the block's contrast hides.

    The masking's constants are those of 8-bit samples, so luma is scaled to 0..255 before.
    """
    return _psnr_hvs(reference, copy, data_range, masked=True)


def _psnr_hvs(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float, *, masked: bool
) -> float:
    check_pair(reference, copy, data_range)
    total, count = 0.0, 0
    whole_rows = max(reference.shape[0] // 8, 1)
    for top in range(0, whole_rows, _STRIP_BLOCK_ROWS):
        rows = slice(8 * top, 8 * min(top + _STRIP_BLOCK_ROWS, whole_rows))
        x = _blocks(luma(reference[rows]) * (255.0 / data_range))
        y = _blocks(luma(copy[rows]) * (255.0 / data_range))
        x_dct, y_dct = _dct(x), _dct(y)
        error = np.abs(x_dct - y_dct)
        if masked:
            hidden = np.maximum(_masking_effect(x, x_dct), _masking_effect(y, y_dct))
            with np.errstate(divide="ignore", invalid="ignore"):
                threshold = np.where(_MASKING > 0, hidden[:, None, None] / _MASKING, 0.0)
            error = np.maximum(error - threshold, 0.0)
        total += float(np.sum((error * _SENSITIVITY) ** 2))
        count += error.size
    return math.inf if total == 0 else 10 * math.log10(255.0**2 * count / total)


def _masking_effect(blocks: Plane, coefficients: Plane) -> Plane:
    """How much error a block's contrast hides: (N,). Less where edges split the block."""
    energy = np.sum(_MASKING * coefficients**2, axis=(1, 2))
    whole = _scaled_variance(blocks)
    quarters = sum(
        _scaled_variance(blocks[:, top : top + 4, left : left + 4])
        for top in (0, 4)
        for left in (0, 4)
    )
    share = np.divide(quarters, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.sqrt(energy * share) / 32, np.float64)


def _scaled_variance(blocks: Plane) -> Plane:
    """Unbiased variance times the number of pixels, as psnrhvsm.m's `vari`: (N,)."""
    count = blocks.shape[1] * blocks.shape[2]
    return np.asarray(blocks.var(axis=(1, 2), ddof=1) * count, np.float64)


def _blocks(plane: Plane) -> Plane:
    """(N, 8, 8): the plane's whole blocks."""
    missing = [(0, max(8 - side, 0)) for side in plane.shape]
    plane = np.pad(plane, missing, mode="edge")
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    grid = plane[: 8 * rows, : 8 * columns].reshape(rows, 8, columns, 8)
    return np.ascontiguousarray(grid.swapaxes(1, 2)).reshape(-1, 8, 8)


def _dct(blocks: Plane) -> Plane:
    """Orthonormal DCT-II of each block (T.81, A.3.3)."""
    return np.asarray(_BASIS @ blocks @ _BASIS.T, np.float64)


def _dct_basis() -> Plane:
    frequency, sample = np.mgrid[0:8, 0:8]
    basis = 0.5 * np.cos((2 * sample + 1) * frequency * np.pi / 16)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis, np.float64)


_BASIS = _dct_basis()
