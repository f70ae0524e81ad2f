"""The encoder's core in C++17: it knows numbers and bytes; no policy, no files, no models.

Arrays of blocks are ``(rows, cols, 64)``, C-contiguous, each block in zigzag order: coefficients
float32, levels int16. ``used`` is the ``(rows, cols)`` part of an array that holds samples; the
rest only fills up the last MCUs. Tables are 64 numbers in zigzag order. A scan is
``(components, first, last, high, low)``: zigzag band and successive approximation positions.
Wrong shapes and ranges raise ``ValueError`` or ``TypeError``. The number of threads never changes
a result.
"""

from __future__ import annotations

from foveate.native._core import (
    fill_padding,
    fit_steps,
    forward,
    huffman_lengths,
    quantise_ac,
    quantise_dc,
    round_levels,
    scan_statistics,
    used_blocks,
    weighted_error,
    write_jpeg,
)

__all__ = [
    "fill_padding",
    "fit_steps",
    "forward",
    "huffman_lengths",
    "quantise_ac",
    "quantise_dc",
    "round_levels",
    "scan_statistics",
    "used_blocks",
    "weighted_error",
    "write_jpeg",
]
