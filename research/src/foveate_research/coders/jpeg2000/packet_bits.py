"""The bits of JPEG 2000's packet headers, and the tag trees in them (ISO/IEC 15444-1, B.10).

After a byte of 0xFF the highest bit of the next is 0, so that no header looks like a marker.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UNKNOWN = 1 << 30
"""The value of a tag tree's leaf that nobody asks for."""


class HeaderReader:
    """Reads bits from `data`, beginning at the byte `at`. Raises IndexError past the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self._byte, self._left = 0, 0

    def bit(self) -> int:
        """The next bit."""
        if self._left == 0:
            self._left = 7 if self._byte == 0xFF else 8
            self._byte = self._data[self._at]
            self._at += 1
        self._left -= 1
        return self._byte >> self._left & 1

    def number(self, bits: int) -> int:
        """The next bits as a number, the highest first."""
        value = 0
        for _ in range(bits):
            value = value << 1 | self.bit()
        return value

    def end(self) -> int:
        """Where the byte after the header lies."""
        return self._at + (self._byte == 0xFF)


class HeaderWriter:
    """Collects bits into bytes."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._byte, self._used, self._room = 0, 0, 8

    def bit(self, value: int) -> None:
        """Append one bit."""
        self._byte = self._byte << 1 | value
        self._used += 1
        if self._used == self._room:
            self._out.append(self._byte)
            self._room = 7 if self._byte == 0xFF else 8
            self._byte, self._used = 0, 0

    def number(self, value: int, bits: int) -> None:
        """Append a number in so many bits, the highest first."""
        for at in range(bits - 1, -1, -1):
            self.bit(value >> at & 1)

    def whole(self) -> bytes:
        """The header, filled up with zeros to whole bytes; the last is never 0xFF."""
        if self._used or self._room == 7:
            return bytes(self._out) + bytes([self._byte << (self._room - self._used)])
        return bytes(self._out)


class TagTree:
    """Whole numbers of a grid, each told as far as a threshold asks.

    values: (rows, cols) to write; None to read.
    """

    def __init__(self, rows: int, cols: int, values: npt.NDArray[np.int64] | None = None) -> None:
        shapes = [(rows, cols)]
        while shapes[-1] != (1, 1):
            shapes.append((-(-shapes[-1][0] // 2), -(-shapes[-1][1] // 2)))
        levels = [np.full(shapes[0], UNKNOWN) if values is None else values]
        for height, width in shapes[1:]:
            below = levels[-1]
            padded = np.full((2 * height, 2 * width), UNKNOWN)
            padded[: below.shape[0], : below.shape[1]] = below
            levels.append(padded.reshape(height, 2, width, 2).min(axis=(1, 3)))
        self._values: list[list[list[int]]] = [level.tolist() for level in levels]
        self._told = [[[0] * width for _ in range(height)] for height, width in shapes]
        self._known = [[[False] * width for _ in range(height)] for height, width in shapes]

    def read(self, row: int, col: int, threshold: int, bits: HeaderReader) -> bool:
        """Whether the leaf's value is below the threshold."""
        low = 0
        for level in range(len(self._told) - 1, -1, -1):
            y, x = row >> level, col >> level
            low = max(low, self._told[level][y][x])
            while low < threshold and not self._known[level][y][x]:
                if bits.bit():
                    self._known[level][y][x] = True
                else:
                    low += 1
            self._told[level][y][x] = low
        return self._known[0][row][col] and self._told[0][row][col] < threshold

    def write(self, row: int, col: int, threshold: int, bits: HeaderWriter) -> None:
        """Tell whether the leaf's value is below the threshold."""
        low = 0
        for level in range(len(self._told) - 1, -1, -1):
            y, x = row >> level, col >> level
            low = max(low, self._told[level][y][x])
            while low < threshold and not self._known[level][y][x]:
                if low < self._values[level][y][x]:
                    bits.bit(0)
                    low += 1
                else:
                    bits.bit(1)
                    self._known[level][y][x] = True
            self._told[level][y][x] = low
