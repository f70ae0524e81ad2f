"""What a symbol costs: code lengths of the scans that will be written, fed back to the trellis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.scripts import Script


class Statistics(NamedTuple):
    """What one scan writes."""

    counts: npt.NDArray[np.int64]
    """(4, 256): how often each symbol occurs, for luma DC, luma AC, chroma DC and chroma AC."""
    extra_bits: int
    """The bits that stand beside the symbols."""
    eob_blocks: int
    """How many blocks end in an EOB."""


class Band(NamedTuple):
    """What the symbols of a band of AC coefficients cost, in bits."""

    first: int
    """The first zigzag index of the band."""
    last: int
    """The last zigzag index of the band."""
    symbols: list[float]
    """The cost of each of the 256 symbols."""
    empty_block: float
    """The cost of a block without levels in the band."""
    end_of_block: float
    """The cost of ending a block that has levels before the band ends."""


_EOB_RUNS = slice(0, 15 << 4, 1 << 4)
"""The symbols EOB0 to EOB14."""
_UNSEEN_BITS = 2.0
"""A symbol that did not occur costs so many bits more than the rarest that did."""


@dataclass(frozen=True)
class Rates:
    """What symbols cost, in bits: one entry for each component."""

    bands: tuple[list[Band], ...]
    dc_sizes: tuple[list[float], ...]
    """The cost of each of the 12 size categories of DC differences."""


def scan_size(statistics: Statistics) -> tuple[int, int]:
    """Bytes of DHT and SOS, and coded bits, of a scan with optimal Huffman tables."""
    symbols, bits = native.coded_size(statistics.counts)
    headers = 10 + sum(21 + own for own in symbols if own)
    return headers, statistics.extra_bits + bits


def scan_bytes(statistics: Statistics) -> int:
    """Bytes of a scan with optimal Huffman tables, without byte stuffing."""
    headers, bits = scan_size(statistics)
    return headers + (bits + 7) // 8


def _ac_band(first: int, last: int, counts: npt.NDArray[np.int64], eob_blocks: int) -> Band:
    """What symbols cost in one AC scan, and what ending a block early costs there.

    An EOBn symbol covers a run of blocks: a block with levels starts a run, each empty block
    after it lengthens it. So the first is charged an EOB0, and the empty ones share the rest.
    """
    bits = native.symbol_bits(counts, _UNSEEN_BITS)
    runs = counts[_EOB_RUNS].tolist()
    total = sum(run * (bits[n << 4] + n) for n, run in enumerate(runs))
    started = sum(runs)
    empty_blocks = eob_blocks - started
    shared = (total - started * bits[0]) / empty_blocks if empty_blocks > 0 else bits[0]
    return Band(first, last, bits, max(shared, 0.0), bits[0])


def measured_rates(script: Script, statistics: Sequence[Statistics], components: int) -> Rates:
    """Rates of the next pass from the statistics of the last one's levels."""
    bands: list[list[Band]] = [[] for _ in range(components)]
    dc_sizes: list[list[float]] = [[] for _ in range(components)]
    for (members, first, last), (counts, _, eob_blocks) in zip(
        script.scans, statistics, strict=True
    ):
        for c in members:
            chroma = 1 if c > 0 else 0
            if first == 0:
                dc_sizes[c] = native.symbol_bits(counts[2 * chroma], _UNSEEN_BITS)[:12]
            if not script.progressive:
                bits = native.symbol_bits(counts[2 * chroma + 1], _UNSEEN_BITS)
                bands[c].append(Band(1, 63, bits, bits[0], bits[0]))
            elif first > 0:
                bands[c].append(_ac_band(first, last, counts[2 * chroma + 1], eob_blocks))
    return Rates(tuple(bands), tuple(dc_sizes))
