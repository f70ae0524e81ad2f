"""What a whole picture's file will take, from a pass over a sample of its blocks."""

from __future__ import annotations

import math

import numpy as np

from foveate import native
from foveate.coders.jpeg.rates import Statistics, scan_size
from foveate.coders.jpeg.scripts import Scan
from foveate.coders.jpeg.trellis_passes import FILE_HEADER_BYTES, Encoder, Quantised

_BITS_OF_A_BLOCK = 10.0
"""What DC and the ends of blocks take in a baseline file, for a luma block and its chroma."""

_NEAR = 1.0
_SAME = 0.01
"""By how much log scale may have moved since the whole picture was looked at."""


class SizePrediction:
    """How many bytes an encoder's file will take, from what a scout of some blocks quantised.

    The bits of AC scans are taken to grow with what `Encoder.expected_bits` counts in all blocks;
    those of DC scans with the number of blocks and, for the first difference of each row, of rows.
    results/targets.json tells how near that comes for a quarter and an eighth of a photograph.
    """

    def __init__(self, encoder: Encoder, scout: Encoder) -> None:
        self._encoder, self._scout = encoder, scout
        self._scale, self._settled = 1e-9, False
        self._expected: tuple[list[float], list[float]] = ([], [])
        """What is expected of each component in all blocks, and in the scout's."""

    @property
    def share(self) -> float:
        """The part of the picture's blocks that the scout has."""
        return self._scout.blocks.luma_blocks / self._encoder.blocks.luma_blocks

    @property
    def exact(self) -> bool:
        """Whether the scout has all blocks."""
        return self._scout is self._encoder

    def size_bytes(
        self, quantised: Quantised, *, lambda_factor: float = 1.0, settled: bool = True
    ) -> float:
        """The bytes, without byte stuffing, of the whole picture's file at the scout's scale.

        While rates and steps have not settled a rough count will do. The bits expected of all
        blocks are kept while the scale hardly moves, whatever lambda does, since lambda moves the
        picture and its sample alike.
        """
        if self.exact:
            return quantised.size_bytes
        moved = abs(math.log(quantised.scale / self._scale))
        if moved > (_SAME if settled else _NEAR) or (settled and not self._settled):
            self._scale, self._settled = quantised.scale, settled
            self._encoder.adopt(self._scout)
            self._expected = (
                self._encoder.expected_bits(self._scale, lambda_factor),
                self._scout.expected_bits(self._scale, lambda_factor),
            )
        size = float(FILE_HEADER_BYTES)
        for scan, statistics in zip(self._scout.script.scans, quantised.statistics, strict=True):
            headers, _ = scan_size(statistics)
            size += headers + self._bits(scan, quantised, statistics) / 8
        return size

    def _bits(self, scan: Scan, quantised: Quantised, statistics: Statistics) -> float:
        members, first, _ = scan
        progressive = self._scout.script.progressive
        if progressive and first == 0:
            return self._dc_bits(members[0], quantised, statistics)
        _, bits = scan_size(statistics)
        whole, part = (sum(expected[c] for c in members) for expected in self._expected)
        if not progressive:
            whole += _BITS_OF_A_BLOCK * self._encoder.blocks.luma_blocks
            part += _BITS_OF_A_BLOCK * self._scout.blocks.luma_blocks
        return bits * (whole / part if part > 0.0 else 1.0 / self.share)

    def _dc_bits(self, component: int, quantised: Quantised, statistics: Statistics) -> float:
        """A row of a piece begins far from where the one before it ended, and more often."""
        _, bits = scan_size(statistics)
        counts = statistics[0][2 if component > 0 else 0]
        rows, cols = self._scout.blocks.components[component].used
        dc = quantised.levels[component][:rows, :cols, 0].astype(np.int64)
        jumps = np.abs(dc[1:, 0] - dc[:-1, -1])
        sizes = np.frexp(jumps)[1]
        lengths = native.huffman_lengths(counts).astype(np.int64)
        in_jumps = float((lengths[sizes] + sizes).sum())
        in_row = (bits - in_jumps) / max(rows * cols - jumps.size, 1)
        a_jump = in_jumps / max(jumps.size, 1)
        whole_rows, whole_cols = self._encoder.blocks.components[component].used
        return float(whole_rows * ((whole_cols - 1) * in_row + a_jump))
