"""Intra prediction and the bits of levels once more in NumPy, written from AV1's specification.

Clear before fast. Edges of directional predictions are neither filtered nor upsampled (7.11.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.tables import ZIGZAG

Block = npt.NDArray[np.float64]
SMOOTH = np.array([255, 197, 146, 105, 73, 50, 37, 32])
SLOPES = {22.5: 151, 45.0: 64, 67.5: 27}
DCT = np.array(
    [
        [
            math.sqrt((2 if k else 1) / 8) * math.cos((2 * n + 1) * k * math.pi / 16)
            for n in range(8)
        ]
        for k in range(8)
    ]
)


def morton(row: int, col: int) -> int:
    return sum(((row >> b & 1) << (2 * b + 1)) | ((col >> b & 1) << (2 * b)) for b in range(3))


def neighbours(
    plane: npt.NDArray[np.int64], row: int, col: int
) -> tuple[Callable[[int], int], Callable[[int], int], bool, bool]:
    """The samples above and to the left by index, -1 the corner, and whether there are any."""
    rows, cols = -(-plane.shape[0] // 8), -(-plane.shape[1] // 8)
    r, c, y, x = row % 8, col % 8, row * 8, col * 8

    def at(down: int, across: int) -> int:
        return int(plane[min(down, plane.shape[0] - 1), min(across, plane.shape[1] - 1)])

    right = row > 0 and col + 1 < cols
    right = right and (r == 0 or (c < 7 and morton(r - 1, c + 1) < morton(r, c)))
    below = col > 0 and row + 1 < rows and r < 7
    below = below and (c == 0 or morton(r + 1, c - 1) < morton(r, c))

    def above(i: int) -> int:
        if i < 0:
            return corner
        if row:
            return at(y - 1, x + min(i, 15 if right else 7))
        return at(y, x - 1) if col else 127

    def left(i: int) -> int:
        if i < 0:
            return corner
        if col:
            return at(y + min(i, 15 if below else 7), x - 1)
        return at(y - 1, x) if row else 129

    corner = at(y - (row > 0), x - (col > 0)) if row or col else 128
    return above, left, row > 0, col > 0


def predictions(plane: npt.NDArray[np.int64], row: int, col: int) -> list[npt.NDArray[np.int64]]:
    above, left, has_above, has_left = neighbours(plane, row, col)
    top = np.array([above(i) for i in range(8)])
    side = np.array([left(i) for i in range(8)])
    known = [*(top if has_above else ()), *(side if has_left else ())]
    mean = (sum(known) + len(known) // 2) // len(known) if known else 128
    down = SMOOTH[:, None] * top + (256 - SMOOTH[:, None]) * side[7]
    across = SMOOTH * side[:, None] + (256 - SMOOTH) * top[7]
    base = top + side[:, None] - above(-1)
    nearest = np.stack([np.abs(base - near) for near in (side[:, None], top, above(-1))])
    stacked = np.stack(np.broadcast_arrays(side[:, None], top, above(-1)))
    paeth = np.take_along_axis(stacked, nearest.argmin(axis=0)[None], axis=0)[0]

    def between(edge: Callable[[int], int], position: int) -> int:
        at, share = position >> 6, (position & 63) >> 1
        return (edge(at) * (32 - share) + edge(at + 1) * share + 16) >> 5

    def one(edge: Callable[[int], int], slope: int) -> npt.NDArray[np.int64]:
        return np.array(
            [[between(edge, (r + 1) * slope + 64 * c) for c in range(8)] for r in range(8)]
        )

    def both(slope: int, other: int) -> npt.NDArray[np.int64]:
        result = np.empty((8, 8), np.int64)
        for r, c in np.ndindex(8, 8):
            position = 64 * c - (r + 1) * slope
            if position >> 6 >= -1:
                result[r, c] = between(above, position)
            else:
                result[r, c] = between(left, 64 * r - (c + 1) * other)
        return result

    steep, diagonal, flat = SLOPES[67.5], SLOPES[45.0], SLOPES[22.5]
    return [
        np.full((8, 8), mean),
        np.tile(top, (8, 1)),
        np.tile(side[:, None], 8),
        paeth,
        (down + across + 256) >> 9,
        (down + 128) >> 8,
        (across + 128) >> 8,
        one(above, diagonal),
        one(above, steep),
        one(left, steep).T,
        both(diagonal, diagonal),
        both(steep, flat),
        both(flat, steep),
    ]


def intra_residuals(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    plane = luma.astype(np.int64)
    rows, cols = -(-plane.shape[0] // 8), -(-plane.shape[1] // 8)
    whole = np.pad(plane, ((0, 8 * rows - plane.shape[0]), (0, 8 * cols - plane.shape[1])), "edge")
    found = np.empty((rows, cols, 64), np.int16)
    for row, col in np.ndindex(rows, cols):
        block = whole[8 * row : 8 * row + 8, 8 * col : 8 * col + 8]
        units = [
            np.rint(8 * (DCT @ (block - guess) @ DCT.T)).reshape(64)[ZIGZAG]
            for guess in predictions(plane, row, col)
        ]
        found[row, col] = min(units, key=lambda each: np.abs(each).sum())
    return found


def level_bits(
    residuals: npt.NDArray[np.int16], dc_step: int, ac_step: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    steps = np.array([dc_step] + 63 * [ac_step])
    levels = np.floor(np.abs(residuals.astype(np.float64)) / steps + 0.5).astype(np.int64)
    used = np.flip(np.cumsum(np.flip(levels, axis=-1), axis=-1), axis=-1) > 0
    bits = np.floor(np.log2(1 + levels)).astype(np.int64) + 1 + (levels > 0)
    return 1 + (bits * used).sum(axis=-1), levels[..., 1:].max(axis=-1)
