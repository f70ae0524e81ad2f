"""Quantisation tables as libjpeg scales them from Annex K's, and the zigzag order.

Tables are in natural (row-major) order, (8, 8), int32, unless a name says zigzag. Qualities and
their scaling are those of the Independent JPEG Group, which Pillow and all libjpeg encoders follow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.annex_k import ANNEX_K_CHROMA, ANNEX_K_LUMA, Table


def _zigzag_walk() -> list[int]:
    def key(natural: int) -> tuple[int, int]:
        row, col = divmod(natural, 8)
        diagonal = row + col
        return diagonal, row if diagonal % 2 else col

    return sorted(range(64), key=key)


ZIGZAG: npt.NDArray[np.intp] = np.array(_zigzag_walk(), np.intp)
"""(64,): natural index of each zigzag position; ``table.reshape(64)[ZIGZAG]`` is zigzag order."""

ZIGZAG.flags.writeable = False

COARSEST_PERCENT = 2550.0
"""From here on every step of both Annex K tables is 255, the largest of a baseline file."""


def quality_percent(quality: float) -> float:
    """Per cent of Annex K's steps at a quality in (0, 100]: 5000 / Q below 50, else 200 - 2 Q.

    libjpeg knows whole qualities only and truncates the quotient; see `tables_at`.
    """
    return 5000.0 / quality if quality < 50 else 200.0 - 2.0 * quality


def percent_quality(percent: float) -> float:
    """The real-valued quality whose `quality_percent` is `percent` (0 and above)."""
    return 5000.0 / percent if percent > 100 else (200.0 - percent) / 2.0


def tables_at_percent(percent: float) -> tuple[Table, Table]:
    """Luma and chroma tables at any real per cent of Annex K, rounded, within 1 to 255."""

    def scaled(base: Table) -> Table:
        steps: npt.NDArray[np.float64] = np.floor(base * (percent / 100.0) + 0.5)
        return np.clip(steps, 1, 255).astype(np.int32)

    return scaled(ANNEX_K_LUMA), scaled(ANNEX_K_CHROMA)


def tables_at(quality: int) -> tuple[Table, Table]:
    """Luma and chroma tables of a libjpeg encoder at a quality from 1 to 100, bit for bit.

    Raises:
        ValueError: quality outside 1 to 100.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"quality {quality}: must lie in 1 to 100")
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality

    def scaled(base: Table) -> Table:
        return np.clip((base * percent + 50) // 100, 1, 255).astype(np.int32)

    return scaled(ANNEX_K_LUMA), scaled(ANNEX_K_CHROMA)


def quantisation_tables(quality: int) -> tuple[Table, Table]:
    """`tables_at` in zigzag order, (64,) each: the order of streams and of native code."""
    luma, chroma = tables_at(quality)
    return luma.reshape(64)[ZIGZAG], chroma.reshape(64)[ZIGZAG]
