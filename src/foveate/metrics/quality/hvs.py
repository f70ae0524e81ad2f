"""PSNR-HVS and PSNR-HVS-M: PSNR in the DCT domain, with the eye's sensitivity to each frequency.

Egiazarian et al., "New full-reference quality metrics based on HVS" (VPQM 2006), and Ponomarenko
et al., "On between-coefficient contrast masking of DCT basis functions" (VPQM 2007). Where the
papers leave details out, this follows Ponomarenko's psnrhvsm.m.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.annex_k import ANNEX_K_LUMA
from foveate.metrics.quality.filters import products
from foveate.metrics.quality.planes import Plane, check_pair, luma, strips
from foveate.metrics.quality.pooling import Weights, check_weights

_STEPS = ANNEX_K_LUMA.ravel().astype(np.float64)  # sensitivity and masking derive from these
_SENSITIVITY = (25.735 / _STEPS[:, None]) ** 2  # the mean is 1
_MASKING = (10.0 / _STEPS) ** 2
_MASKING[0] = 0.0  # DC neither masks nor is masked
_UNMASKING = np.divide(1.0, _MASKING, out=np.zeros(64), where=_MASKING > 0)
_ENERGIES = np.stack([_MASKING, np.arange(64) > 0], axis=1).astype(np.float64)


def psnr_hvs(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR-HVS of luma (BT.601, full range) in dB; inf for identical pictures.

    The DCT is orthonormal, its 8x8 blocks lie side by side, and DC counts too. Partial blocks at
    the right and lower border are left out; a side shorter than 8 pixels is first filled up with
    its last samples. With `weights` (H, W), at least 0, a block counts by its pixels' mean weight.
    Raises ValueError as `psnr_y` does.
    """
    return hvs_and_hvs_m(reference, copy, data_range=data_range, weights=weights)[0]


def psnr_hvs_m(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """PSNR-HVS-M of luma: `psnr_hvs` after errors were lessened by what the block's contrast masks.

    Luma is first scaled to 0..255, since the constants of masking are made for 8-bit samples.
    """
    return hvs_and_hvs_m(reference, copy, data_range=data_range, weights=weights)[1]


def hvs_and_hvs_m(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> tuple[float, float]:
    """PSNR-HVS and PSNR-HVS-M together, in little more time than the second alone takes."""
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    if weights is not None:
        weights = block_means(weights)
        weights = weights if weights.any() else None  # only partial blocks have any
    totals, count = np.zeros(2), 0.0
    for rows, plain, masked in block_errors(reference, copy, data_range):
        weight = np.ones_like(plain) if weights is None else weights[rows]
        totals += (plain * weight).sum(), (masked * weight).sum()
        count += float(weight.sum())
    hvs, hvs_m = (math.inf if not t else 10 * math.log10(255.0**2 * count / t) for t in totals)
    return hvs, hvs_m


def block_errors(
    reference: npt.NDArray[Any], copy: npt.NDArray[Any], data_range: float
) -> Iterator[tuple[slice, Plane, Plane]]:
    """The errors of all blocks, strip by strip, for samples from 0 to 255.

    Yields a slice of rows of blocks, and (rows, columns) of the blocks' mean squared errors
    weighted by contrast sensitivity, without and with masking.
    """
    whole_rows = max(reference.shape[0] // 8, 1)
    columns = max(reference.shape[1] // 8, 1)
    for pixels in strips(8 * whole_rows, 8 * columns):
        strip = slice(pixels.start // 8, pixels.stop // 8)
        x = _blocks(luma(reference[pixels])) * (255.0 / data_range)
        y = _blocks(luma(copy[pixels])) * (255.0 / data_range)
        x_dct, y_dct = products(x, _DCT), products(y, _DCT)
        error = np.abs(x_dct - y_dct)
        plain = products(error * error, _SENSITIVITY)
        hidden = np.maximum(_masking_effect(x, x_dct), _masking_effect(y, y_dct))
        error -= hidden[:, None] * _UNMASKING
        np.maximum(error, 0.0, out=error)
        masked = products(error * error, _SENSITIVITY)
        shape = (strip.stop - strip.start, columns)
        yield strip, plain.reshape(shape) / 64, masked.reshape(shape) / 64


def block_means(plane: npt.NDArray[Any]) -> Plane:
    """The mean of each of a plane's blocks, which are laid as for `psnr_hvs`."""
    rows, columns = (max(side // 8, 1) for side in plane.shape)
    strips = [
        _blocks(plane[8 * row : 8 * row + 8].astype(np.float64)).mean(axis=1) for row in range(rows)
    ]
    return np.asarray(strips).reshape(rows, columns)


def _masking_effect(blocks: Plane, coefficients: Plane) -> Plane:
    """How much error each block's contrast masks, (N,); less where an edge splits the block."""
    squares = coefficients * coefficients
    energy, whole = products(squares, _ENERGIES).T
    centred = blocks - coefficients[:, :1] / 8  # DC / 8 is the mean
    sums = products(centred, _QUARTERS)
    # Unbiased variances times the number of pixels, as psnrhvsm.m's `vari`.
    quarters = np.maximum(whole - (sums * sums).sum(axis=1) / 16, 0.0) * (16 / 15)
    whole = whole * (64 / 63)
    share = np.divide(quarters, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.sqrt(energy * share) / 32, np.float64)


def _blocks(plane: Plane) -> Plane:
    """The samples (N, 64) of the plane's whole blocks, row by row."""
    if min(plane.shape) < 8:
        plane = np.pad(plane, [(0, max(8 - side, 0)) for side in plane.shape], mode="edge")
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    grid = plane[: 8 * rows, : 8 * columns].reshape(rows, 8, columns, 8)
    return grid.swapaxes(1, 2).reshape(-1, 64)


def _dct_of_blocks() -> Plane:
    """The matrix (64, 64) that turns a block's samples into its DCT-II (T.81, A.3.3)."""
    frequency, sample = np.mgrid[0:8, 0:8]
    basis = 0.5 * np.cos((2 * sample + 1) * frequency * np.pi / 16)
    basis[0] /= np.sqrt(2)
    return np.ascontiguousarray(np.kron(basis, basis).T)


_DCT = _dct_of_blocks()
_QUARTERS = np.kron(np.kron(np.eye(2), np.ones((4, 1))), np.kron(np.eye(2), np.ones((4, 1))))
