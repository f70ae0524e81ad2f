"""What a whole picture's file will take, from a pass over a sample of its blocks."""

from __future__ import annotations

import math

from foveate.jpeg.encoder import FILE_HEADER_BYTES, Encoder, Quantised
from foveate.jpeg.rates import scan_size
from foveate.jpeg.scripts import Scan

_BITS_OF_A_BLOCK = 10.0
"""What DC and the ends of blocks take in a baseline file, for a luma block and its chroma."""

_NEAR = 1.0
_SAME = 0.01
"""By how much log scale may have moved since the whole picture was looked at."""


class Prediction:
    """Bytes of an encoder's file, without byte stuffing, from what `scout` quantised.

    Bits of AC scans are taken to go with what `Encoder.expected_bits` counts in all blocks, those
    of DC scans with the number of blocks. From a tenth of a picture's rows that tells its bytes to
    about 0.1 %, where the number of blocks alone misses them by several per cent.
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
        """The scout has all blocks."""
        return self._scout is self._encoder

    def size_bytes(
        self, quantised: Quantised, *, lambda_factor: float = 1.0, settled: bool = True
    ) -> float:
        """Of the encoder's file at the scale and lambda that the scout used.

        Roughly as long as rates and steps have not settled.
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
        script = self._scout.script
        size = float(FILE_HEADER_BYTES)
        for scan, statistics in zip(script.scans, quantised.statistics, strict=True):
            headers, bits = scan_size(statistics)
            size += headers + bits / 8 * self._times(scan, progressive=script.progressive)
        return size

    def _times(self, scan: Scan, *, progressive: bool) -> float:
        """How many times the scout's bits the whole picture's are."""
        members, first, *_ = scan
        whole, part = (sum(expected[c] for c in members) for expected in self._expected)
        if not progressive:
            whole += _BITS_OF_A_BLOCK * self._encoder.blocks.luma_blocks
            part += _BITS_OF_A_BLOCK * self._scout.blocks.luma_blocks
        elif first == 0 or part <= 0.0:
            return 1.0 / self.share
        return whole / part
