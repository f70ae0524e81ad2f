"""The encoder's core in C++20: it knows numbers and bytes; no policy, no files, no models.

Arrays of blocks are ``(rows, cols, 64)`` int16, C-contiguous, each block in zigzag order:
coefficients in units of 1 / `COEFFICIENT_UNITS`, or levels. ``used`` is the ``(rows, cols)`` part
of an array that holds samples; the rest only fills up the last MCUs. Tables are 64 numbers in
zigzag order. A scan is ``(components, first, last)``: its components and its zigzag band.
Wrong shapes and ranges raise ``ValueError`` or ``TypeError``. The number of threads never changes
a result. Within a `foveate.deadline` that runs out, functions end by its error.
"""

from __future__ import annotations

from foveate.deadline import tell_of_ends
from foveate.native._core import (
    add_visible_error,
    block_contrast,
    block_errors,
    butteraugli,
    coded_size,
    colour_slopes,
    dering,
    end_within,
    expected_bits,
    fill_padding,
    fit_steps,
    fit_steps_by_frequency,
    forward,
    frequency_means,
    huffman_lengths,
    intra_residuals,
    inverse,
    level_bits,
    mix_weights,
    move_targets,
    quantise_ac,
    quantise_ac_by_frequency,
    quantise_dc,
    round_levels,
    scan_statistics,
    seen_planes,
    sharpen_chroma,
    ssimulacra2,
    ssimulacra2_sums,
    stored_levels,
    stored_scan_statistics,
    stored_scans,
    symbol_bits,
    used_blocks,
    visible_error,
    write_jpeg,
)

tell_of_ends(end_within)

COEFFICIENT_UNITS = 32
"""Coefficients of 8-bit samples lie within 1024, so that they fill 16 bits."""

__all__ = [
    "COEFFICIENT_UNITS",
    "add_visible_error",
    "block_contrast",
    "block_errors",
    "butteraugli",
    "coded_size",
    "colour_slopes",
    "dering",
    "end_within",
    "expected_bits",
    "fill_padding",
    "fit_steps",
    "fit_steps_by_frequency",
    "forward",
    "frequency_means",
    "huffman_lengths",
    "intra_residuals",
    "inverse",
    "level_bits",
    "mix_weights",
    "move_targets",
    "quantise_ac",
    "quantise_ac_by_frequency",
    "quantise_dc",
    "round_levels",
    "scan_statistics",
    "seen_planes",
    "sharpen_chroma",
    "ssimulacra2",
    "ssimulacra2_sums",
    "stored_levels",
    "stored_scan_statistics",
    "stored_scans",
    "symbol_bits",
    "used_blocks",
    "visible_error",
    "write_jpeg",
]
